"""The second port's endpoint for services: an access token for one account."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, ValidationError

from auth_service.domain.grant import Grant
from auth_service.entrypoints.bearer import CallingService
from auth_service.entrypoints.problems import documented
from auth_service.ports import ServiceCallers
from auth_service.use_cases.lending_tokens import LendingTokens

PREFIX = "/internal/v1"
CALLER = "ingestor"


class TokenRequest(BaseModel):
    account_id: UUID
    refused_version: int | None = Field(default=None, description="The token_version that TikTok did not accept.")


_BODY: Mapping[str, object] = {
    "required": True,
    "content": {"application/json": {"schema": TokenRequest.model_json_schema()}},
}


class TokenAnswer(BaseModel):
    """`expires_at` is of the domain clock."""

    access_token: str
    token_version: int
    expires_at: datetime
    scopes: tuple[str, ...]
    open_id: str


class _DirectRoute(APIRoute):
    """Its function takes the request and gives the response. FastAPI describes it and handles its errors; what it does
    besides, for arguments and results, costs more than all the rest of lending."""

    # Any: the signature is FastAPI's.
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


def tokens_router(lending: LendingTokens, callers: ServiceCallers) -> APIRouter:
    calling = CallingService(callers, CALLER)
    router = APIRouter(tags=["internal"], route_class=_DirectRoute)

    @router.post(
        "/tokens",
        summary="A token of an account",
        operation_id="lendToken",
        response_model=TokenAnswer,
        openapi_extra={"requestBody": _BODY, "security": [{calling.scheme_name: []}]},
        responses=documented(401, 404, 409, 422, 503),
    )
    async def token(request: Request) -> Response:
        await calling(request)
        asked = _asked(await request.body())
        answer = _answer(await lending.token(asked.account_id, asked.refused_version))
        return Response(answer.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})

    return router


def _asked(body: bytes) -> TokenRequest:
    try:
        return TokenRequest.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError([{**row, "loc": ("body", *row["loc"])} for row in error.errors()]) from None


def _answer(grant: Grant) -> TokenAnswer:
    return TokenAnswer(
        access_token=grant.tokens.access_token.get_secret_value(),
        token_version=grant.token_version,
        expires_at=grant.tokens.access_expires_at,
        scopes=grant.tokens.scopes,
        open_id=grant.open_id,
    )
