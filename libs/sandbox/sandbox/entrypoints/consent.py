"""The consent page at /v2/auth/authorize: pick an account, tick permissions, allow or deny."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from common.runtime.clock import Clock
from sandbox.domain import authorization, scopes, timeline
from sandbox.domain.authorization import Authorizer
from sandbox.domain.world import World

PATH = "/v2/auth/authorize"
# Stands for being signed in at TikTok: the account that consented last in this browser.
SIGNED_IN = "sandbox_signed_in"
# Accounts to pick from; in a larger world any other is named.
OFFERED = 40


class ConsentError(Exception):
    """The authorisation address is wrong; said on a page, never by a redirect to an address we do not trust."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    client_key: str
    scopes: tuple[str, ...]
    redirect_uri: str
    state: str
    may_skip: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage:
    world: World
    authorizer: Authorizer
    clock: Clock
    pages: Environment

    def routes(self) -> list[Route]:
        return [
            Route(path, handler, methods=[method])
            for path in (PATH, PATH + "/")
            for method, handler in (("GET", self._show), ("POST", self._decide))
        ]

    async def _show(self, request: Request) -> Response:
        try:
            asked = self._asked(request.query_params, scope_text=request.query_params.get("scope", ""))
            if request.query_params.get("response_type") != "code":
                raise ConsentError("response_type must be “code”.")
        except ConsentError as error:
            return self._refused(error)
        return self._skipped(request, asked) or self._page(asked)

    async def _decide(self, request: Request) -> Response:
        form = await request.form()
        ticked = tuple(scope for scope in form.getlist("scopes") if isinstance(scope, str))
        try:
            _check_ticked(ticked, offered=request.query_params.get("scope"))
            asked = self._asked({**request.query_params, **_texts(form)}, scope_text=",".join(ticked))
            return self._decided(asked, account=self._chosen(form), decision=_text(form, "decision"))
        except ConsentError as error:
            return self._refused(error)

    def _asked(self, values: Mapping[str, str], *, scope_text: str) -> Asked:
        if values.get("client_key") != self.authorizer.app.client_key:
            raise ConsentError("client_key is not the key of an app known here. Check the app's settings.")
        redirect_uri = values.get("redirect_uri", "")
        if fault := authorization.redirect_fault(redirect_uri):
            raise ConsentError(f"redirect_uri {fault}.")
        wanted = scopes.parse(scope_text)
        if unknown := scopes.unknown(wanted):
            raise ConsentError(f"scope names unknown permissions: {', '.join(unknown)}.")
        if not wanted and values.get("decision") != "deny":
            raise ConsentError("scope is missing: at least one permission is needed.")
        return Asked(
            client_key=values["client_key"],
            scopes=wanted,
            redirect_uri=redirect_uri,
            state=values.get("state", ""),
            may_skip=values.get("disable_auto_auth") != "1",
        )

    def _chosen(self, form: FormData) -> str:
        """The open_id picked, or that of the account named by username."""
        named = _text(form, "other_account").strip().removeprefix("@")
        account = self.world.accounts.with_username(named)
        return account.open_id if account else named or _text(form, "account")

    def _decided(self, asked: Asked, *, account: str, decision: str) -> Response:
        if decision == "deny":
            reason = {"error": "access_denied", "error_description": "The account holder denied the request."}
            return _back(asked, reason)
        if decision != "allow":
            raise ConsentError("decision must be allow or deny.")
        if self.world.account(account) is None:
            raise ConsentError("account is not one that lives here. Go back and pick one.")
        return self._allowed(asked, account)

    def _allowed(self, asked: Asked, open_id: str) -> Response:
        code = self.authorizer.issue_code(
            open_id=open_id, scopes=asked.scopes, redirect_uri=asked.redirect_uri, now=self._now()
        )
        response = _back(asked, {"code": code, "scopes": ",".join(asked.scopes)})
        response.set_cookie(SIGNED_IN, open_id, path=PATH, httponly=True, samesite="lax")
        return response

    def _skipped(self, request: Request, asked: Asked) -> Response | None:
        """The way back at once, for an account that is signed in and has granted the same before."""
        open_id = request.cookies.get(SIGNED_IN, "")
        known = self.world.account(open_id) is not None
        if known and asked.may_skip and self.authorizer.already_grants(open_id, asked.scopes, now=self._now()):
            return self._allowed(asked, open_id)
        return None

    def _page(self, asked: Asked) -> Response:
        rows = [(scope, scopes.DESCRIPTIONS[scope]) for scope in asked.scopes]
        accounts = self.world.accounts
        template = self.pages.get_template("consent.html")
        return HTMLResponse(template.render(asked=asked, scopes=rows, accounts=accounts[:OFFERED], total=len(accounts)))

    def _refused(self, error: ConsentError) -> Response:
        return HTMLResponse(self.pages.get_template("refused.html").render(reason=str(error)), 400)

    def _now(self) -> int:
        return timeline.moment_of(self.clock.now())


def _back(asked: Asked, values: Mapping[str, str]) -> RedirectResponse:
    state = {"state": asked.state} if asked.state else {}
    return RedirectResponse(f"{asked.redirect_uri}?{urlencode({**values, **state})}", 302)


def _check_ticked(ticked: tuple[str, ...], *, offered: str | None) -> None:
    """The form may take permissions away from those the app asked for, never add one."""
    if offered is not None and (added := set(ticked) - set(scopes.parse(offered))):
        raise ConsentError(f"scopes holds permissions the app did not ask for: {', '.join(sorted(added))}.")


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
