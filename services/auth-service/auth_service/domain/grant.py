"""The consent of one TikTok account to one TikTok app, and its tokens. All moments are of the domain clock."""

from datetime import datetime, timedelta

from pydantic import SecretStr

from auth_service.domain.errors import TikTokUnavailable
from auth_service.domain.record import Record
from common.events import Timestamp

# TikTok's own words for "ask the owner again": refresh token expired, token wrong or revoked, refresh token wrong.
LOST_CODES = frozenset({40103, 40105, 40107})
# TikTok says an access token lives a day and a refresh token a year; used where an answer leaves it out.
USUAL_ACCESS_SECONDS = 24 * 60 * 60
USUAL_REFRESH_SECONDS = 365 * USUAL_ACCESS_SECONDS


class Issued(Record):
    """What TikTok's token endpoints answer; an empty value is one TikTok did not give."""

    open_id: str = ""
    access_token: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    expires_in: int | None = None
    refresh_token_expires_in: int | None = None
    scopes: tuple[str, ...] = ()


class Tokens(Record):
    access_token: SecretStr
    refresh_token: SecretStr
    access_expires_at: Timestamp
    refresh_expires_at: Timestamp
    scopes: tuple[str, ...]


class Grant(Record):
    """One per (app, open_id), shared by the connections of every workspace. `granted_at`: the last consent.

    `lost_at`: since then TikTok refuses it. `warned_days`: the last warning of its end that was told.
    """

    app_id: str
    open_id: str
    tokens: Tokens
    token_version: int
    granted_at: Timestamp
    lost_at: Timestamp | None = None
    warned_days: int | None = None

    def needs_refresh(self, *, now: datetime, margin: timedelta, refused_version: int | None) -> bool:
        """Too near its end, or the very token that TikTok refused to the caller."""
        return refused_version == self.token_version or now + margin >= self.tokens.access_expires_at

    def refreshed(self, issued: Issued, at: datetime) -> "Grant":
        return self.model_copy(
            update={"tokens": renewed_tokens(self, issued, at), "token_version": self.token_version + 1}
        )

    def consented(self, tokens: Tokens, at: datetime) -> "Grant":
        """The grant after a consent at `at`; an older consent than the one it has changes nothing."""
        if at <= self.granted_at:
            return self
        return Grant(
            app_id=self.app_id,
            open_id=self.open_id,
            tokens=tokens,
            token_version=self.token_version + 1,
            granted_at=at,
        )


def first_tokens(issued: Issued, at: datetime) -> Tokens:
    """The tokens of a fresh consent; all of it must be there."""
    if not (issued.open_id and issued.access_token and issued.refresh_token and issued.scopes):
        raise TikTokUnavailable("TikTok's answer to the code lacks a token, the open_id or the scopes.")
    refresh_seconds = issued.refresh_token_expires_in or USUAL_REFRESH_SECONDS
    return Tokens(
        access_token=issued.access_token,
        refresh_token=issued.refresh_token,
        access_expires_at=_access_end(issued, at),
        refresh_expires_at=at + timedelta(seconds=refresh_seconds),
        scopes=issued.scopes,
    )


def renewed_tokens(grant: Grant, issued: Issued, at: datetime) -> Tokens:
    """The tokens after a refresh. What TikTok left empty stays; the refresh token's life counts from the consent."""
    if not issued.access_token:
        raise TikTokUnavailable("TikTok's answer to the refresh has no access token.")
    if issued.open_id and issued.open_id != grant.open_id:
        raise TikTokUnavailable("TikTok answered the refresh with the tokens of another account.")
    return Tokens(
        access_token=issued.access_token,
        refresh_token=issued.refresh_token if issued.refresh_token else grant.tokens.refresh_token,
        access_expires_at=_access_end(issued, at),
        refresh_expires_at=grant.tokens.refresh_expires_at,
        scopes=issued.scopes or grant.tokens.scopes,
    )


def _access_end(issued: Issued, at: datetime) -> datetime:
    return at + timedelta(seconds=issued.expires_in or USUAL_ACCESS_SECONDS)
