"""Grants of account holders: codes, access and refresh tokens, their lives and what is refused (fact sheet A2)."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sandbox.domain import answers, timeline
from sandbox.domain.answers import ApiError
from sandbox.domain.wire import Json

CODE_LIFE = 10 * 60 * timeline.SECOND
ACCESS_LIFE = timeline.DAY
REFRESH_LIFE = 365 * timeline.DAY

# Why an account's last consent ended, in the words of TikTok's event.
USER_DISCONNECTED = 1
DEVELOPER_REVOKED = 5

# Told of an account without any consent left: open_id, reason, moment.
Removed = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The developer app this TikTok knows."""

    app_id: str
    secret: str
    client_key: str

    def check(self, body: Mapping[str, Json], *, names: tuple[str, str]) -> None:
        """Refuse a request that does not come from this app; `names` are those of its id and its secret there."""
        id_name, secret_name = names
        app_id, secret = required_text(body, id_name), required_text(body, secret_name)
        if app_id != self.app_id or not secrets.compare_digest(secret.encode(), self.secret.encode()):
            raise ApiError(answers.INVALID_PARTNER, f"{id_name} and {secret_name} do not match an app")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    code: str
    open_id: str
    scopes: tuple[str, ...]
    redirect_uri: str
    issued: int
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One consent. Revoking ends it with all its tokens; refreshing never makes it longer."""

    grant_id: str
    open_id: str
    scopes: tuple[str, ...]
    granted: int
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    access: str
    access_expires: int
    refresh: str


class GrantBook(Protocol):
    """Where codes, grants and tokens are kept; every method is atomic and durable."""

    def add_code(self, code: Code) -> None: ...

    def code(self, code: str) -> Code | None: ...

    def begin(self, grant: Grant, tokens: Tokens, *, code: str) -> None:
        """Spend `code` for a new grant and its first tokens."""
        ...

    def renew(self, grant: Grant, tokens: Tokens, *, spent: str) -> None:
        """Add an access token; where the refresh token is a new one, `spent` stops working."""
        ...

    def by_access(self, token: str) -> tuple[Grant, int] | None:
        """The grant of an access token and the moment the token expires."""
        ...

    def by_refresh(self, token: str) -> Grant | None:
        """The grant of a refresh token that was not replaced."""
        ...

    def revoke(self, grant_id: str) -> None: ...

    def revoke_all(self, open_id: str) -> int:
        """End every grant of the account; returns how many there were."""
        ...

    def granted_scopes(self, open_id: str, *, since: int) -> frozenset[str]:
        """Scopes of all live grants of the account that were given after `since`."""
        ...


class Authorizer:
    """The token endpoints' rules over a GrantBook. `now` is always the moment of the request."""

    def __init__(self, app: App, book: GrantBook, *, rotates: bool, removed: Removed) -> None:
        self.app = app
        self._book = book
        self._rotates = rotates
        self._removed = removed

    def issue_code(self, *, open_id: str, scopes: tuple[str, ...], redirect_uri: str, now: int) -> str:
        code = secrets.token_urlsafe(48)
        self._book.add_code(Code(code=code, open_id=open_id, scopes=scopes, redirect_uri=redirect_uri, issued=now))
        return code

    def already_grants(self, open_id: str, scopes: tuple[str, ...], *, now: int) -> bool:
        return frozenset(scopes) <= self._book.granted_scopes(open_id, since=now - REFRESH_LIFE)

    def is_connected(self, open_id: str, *, now: int) -> bool:
        return bool(self._book.granted_scopes(open_id, since=now - REFRESH_LIFE))

    def holder(self, body: Mapping[str, Json]) -> str | None:
        """The open_id of whose code or token the request brings, good or not any more."""
        finds: dict[str, Callable[[str], Code | Grant | None]] = {
            "auth_code": self._book.code,
            "refresh_token": self._book.by_refresh,
            "access_token": self._by_access,
        }
        found = (find(text) for name, find in finds.items() if isinstance(text := body.get(name), str))
        return next((one.open_id for one in found if one), None)

    def exchange(self, body: Mapping[str, Json], *, now: int) -> Json:
        self._check_app(body)
        self._check_grant_type(body, "authorization_code")
        code, redirect_uri = required_text(body, "auth_code"), required_text(body, "redirect_uri")
        found = self._book.code(code)
        if found is None or found.used or now >= found.issued + CODE_LIFE:
            raise ApiError(answers.AUTH_CODE_ERROR, "auth_code: wrong, already used, or expired")
        if redirect_uri != found.redirect_uri:
            raise ApiError(answers.PARAM_ERROR, "redirect_uri: differs from the one of the authorization")
        grant = Grant(grant_id=secrets.token_hex(16), open_id=found.open_id, scopes=found.scopes, granted=now)
        tokens = _new_tokens(now)
        self._book.begin(grant, tokens, code=code)
        return _token_data(grant, tokens, now)

    def refresh(self, body: Mapping[str, Json], *, now: int) -> Json:
        self._check_app(body)
        self._check_grant_type(body, "refresh_token")
        spent = required_text(body, "refresh_token")
        grant = self._book.by_refresh(spent)
        if grant is None or grant.revoked:
            raise ApiError(answers.INVALID_REFRESH_TOKEN, "refresh_token: wrong, replaced, or revoked")
        if now >= grant.granted + REFRESH_LIFE:
            raise ApiError(
                answers.REFRESH_TOKEN_EXPIRED, "refresh_token: expired; the account holder must consent again"
            )
        tokens = _new_tokens(now, refresh=None if self._rotates else spent)
        self._book.renew(grant, tokens, spent=spent)
        return _token_data(grant, tokens, now)

    def revoke(self, body: Mapping[str, Json], *, now: int) -> Json:
        self._check_app(body)
        grant = self.authenticate(required_text(body, "access_token"), now=now)
        self._book.revoke(grant.grant_id)
        if not self._book.granted_scopes(grant.open_id, since=now - REFRESH_LIFE):
            self._removed(grant.open_id, DEVELOPER_REVOKED, now)
        return {}

    def revoke_all(self, open_id: str, *, now: int) -> int:
        """The account holder ends every consent in TikTok's app; returns how many there were."""
        ended = self._book.revoke_all(open_id)
        if ended:
            self._removed(open_id, USER_DISCONNECTED, now)
        return ended

    def token_info(self, body: Mapping[str, Json], *, now: int) -> Json:
        app_id = required_text(body, "app_id")
        grant = self.authenticate(required_text(body, "access_token"), now=now)
        if app_id != self.app.app_id:
            raise ApiError(answers.APP_FORBIDDEN, "app_id: not the app of this access token")
        return {"app_id": app_id, "creator_id": grant.open_id, "scope": ",".join(grant.scopes)}

    def authenticate(self, access_token: str | None, *, now: int) -> Grant:
        """The live grant behind an access token, or the refusal TikTok gives."""
        if not access_token:
            raise ApiError(answers.EMPTY_ACCESS_TOKEN, "Access token is empty.")
        found = self._book.by_access(access_token)
        if found is None or found[0].revoked:
            raise ApiError(answers.INVALID_ACCESS_TOKEN, "Access token is incorrect or has been revoked.")
        grant, expires = found
        if now >= expires:
            raise ApiError(answers.ACCESS_TOKEN_EXPIRED, "Access token has expired.")
        return grant

    def _by_access(self, token: str) -> Grant | None:
        found = self._book.by_access(token)
        return found[0] if found else None

    def _check_app(self, body: Mapping[str, Json]) -> None:
        self.app.check(body, names=("client_id", "client_secret"))

    def _check_grant_type(self, body: Mapping[str, Json], wanted: str) -> None:
        if required_text(body, "grant_type") != wanted:
            raise ApiError(answers.INVALID_GRANT_TYPE, f"grant_type: must be {wanted}")


def redirect_fault(uri: str) -> str | None:
    """Why TikTok would not register `uri`; None when it would. Plain http with a port is let through on loopback."""
    rules = (
        (10 <= len(uri) <= 512, "must have 10 to 512 characters"),
        ("?" not in uri and "#" not in uri, "must have no query and no fragment"),
        (uri.endswith("/"), "must end with /"),
        (_is_public(uri) or _is_loopback(uri), "must be an absolute https address without a port"),
    )
    return next((fault for holds, fault in rules if not holds), None)


def _is_public(uri: str) -> bool:
    # A bare host of letters, digits, dots and hyphens: no port, no user, as TikTok's form demands.
    return re.match(r"https://[A-Za-z0-9.-]+/", uri) is not None


def _is_loopback(uri: str) -> bool:
    return re.match(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?/", uri) is not None


def _new_tokens(now: int, *, refresh: str | None = None) -> Tokens:
    return Tokens(
        access="act." + secrets.token_urlsafe(48),
        access_expires=now + ACCESS_LIFE,
        refresh=refresh or "rft." + secrets.token_urlsafe(48),
    )


def _token_data(grant: Grant, tokens: Tokens, now: int) -> Json:
    return {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "scope": ",".join(grant.scopes),
        "expires_in": ACCESS_LIFE // timeline.SECOND,
        "refresh_token": tokens.refresh,
        "refresh_token_expires_in": (grant.granted + REFRESH_LIFE - now) // timeline.SECOND,
        "open_id": grant.open_id,
    }


def required_text(body: Mapping[str, Json], name: str) -> str:
    value = body.get(name)
    # App ids are digits, and some clients send them as a number.
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise ApiError(answers.PARAM_ERROR, f"{name}: Missing data for required field.")
    return value
