"""Every error to a client as application/problem+json (RFC 9457), from one table."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from auth_service.domain import errors
from common.replays import kept

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong, for a program (`type`) and for a person (`title`, `detail`)."""

    type: str = Field(description="Stable name of the problem.")
    title: str
    status: int
    detail: str


# error -> (status, type, title)
PROBLEMS: Mapping[type[Exception], tuple[int, str, str]] = {
    errors.SignInRefused: (401, "sign-in-refused", "Sign-in refused"),
    errors.NotSignedIn: (401, "not-signed-in", "Not signed in"),
    errors.CallerRefused: (401, "caller-refused", "Service token refused"),
    errors.WebhookRefused: (401, "webhook-refused", "Webhook refused"),
    errors.SecondFactorNeeded: (401, "second-factor-needed", "A code is needed"),
    errors.CodeRefused: (401, "code-refused", "Code refused"),
    errors.NotAllowed: (403, "not-allowed", "Not allowed"),
    errors.FreshSignInNeeded: (403, "fresh-sign-in-needed", "Sign in once more"),
    errors.EarlyAccessNeeded: (403, "early-access-needed", "Early access needed"),
    errors.NotFound: (404, "not-found", "Not found"),
    errors.LastOwner: (409, "last-owner", "The last owner stays"),
    errors.TooMany: (409, "too-many", "A limit is reached"),
    kept.OutcomeUnknown: (409, "outcome-unknown", "Nobody knows whether it was done"),
    errors.InvitationUnusable: (404, "invitation-unusable", "Invitation not usable"),
    errors.PasswordNeeded: (422, "password-needed", "A password is needed"),
    kept.KeyReused: (422, "idempotency-key-reused", "Idempotency-Key used for another request"),
    errors.Busy: (409, "busy", "Already being done"),
    kept.StillRunning: (409, "busy", "Already being done"),
    errors.AuthorizationLost: (409, "authorization-lost", "Authorization lost"),
    errors.BusinessRequired: (409, "business-account-required", "A Business account is required"),
    errors.WorkspaceErased: (409, "workspace-erased", "The workspace is erased"),
    errors.NotConnected: (409, "not-connected", "Not connected"),
    errors.LinkEnded: (410, "link-ended", "The link has ended"),
    errors.InvalidInput: (422, "invalid-input", "Invalid input"),
    kept.UnusableKey: (422, "invalid-input", "Invalid input"),
    errors.ResetRefused: (422, "reset-refused", "The link is not good"),
    errors.TooManyTries: (429, "too-many-tries", "Tried too often"),
    errors.ProviderUnavailable: (503, "provider-unavailable", "The sign-in provider is not available"),
    errors.TikTokRefused: (503, "tiktok-refused", "TikTok refused"),
    errors.TikTokUnavailable: (503, "tiktok-unavailable", "TikTok is not available"),
    errors.StoreUnavailable: (503, "store-unavailable", "The database is not available"),
    errors.SecretUnreadable: (500, "secret-unreadable", "A stored secret cannot be opened"),
}


def documented(*statuses: int) -> dict[int | str, dict[str, object]]:
    """OpenAPI's `responses` for the problems a route may answer with."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def _refused(_: Request, error: Exception) -> Response:
    return refusal(error)


def handle_problems(app: FastAPI) -> None:
    """Answer every error of `app`, expected or not, as a problem."""
    app.add_exception_handler(errors.AuthError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def answered(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(problem.model_dump(), problem.status, media_type=MEDIA_TYPE, headers=headers)


def refusal(error: Exception) -> Response:
    """The problem that says why; for what stands before the routes, too."""
    status, kind, title = PROBLEMS.get(type(error), (500, "unexpected", "Unexpected error"))
    return answered(Problem(type=kind, title=title, status=status, detail=str(error)), _headers_of(error, status))


def _headers_of(error: Exception, status: int) -> Mapping[str, str] | None:
    if isinstance(error, errors.TooManyTries):
        return {"Retry-After": str(error.seconds)}
    # A webhook is no request with a token.
    bearer = status == 401 and not isinstance(error, errors.WebhookRefused)
    return {"WWW-Authenticate": "Bearer"} if bearer else None


def _invalid(_: Request, error: Exception) -> Response:
    # Places and reasons only: the input may be a password.
    rows = error.errors() if isinstance(error, RequestValidationError) else ()
    detail = "; ".join(f"{'.'.join(str(part) for part in row['loc'])}: {row['msg']}" for row in rows)
    return answered(Problem(type="invalid-input", title="Invalid input", status=422, detail=detail))


def _http(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    problem = Problem(type="about:blank", title=phrase, status=error.status_code, detail=str(error.detail))
    return answered(problem, error.headers)


def _unexpected(_: Request, __: Exception) -> Response:
    # The server logs the error itself; a client learns nothing of our insides.
    detail = "The request could not be answered; it is logged. Try again."
    return answered(Problem(type="unexpected", title="Unexpected error", status=500, detail=detail))
