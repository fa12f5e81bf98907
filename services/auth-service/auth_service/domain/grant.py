"""The consent of one TikTok account to one TikTok app, and its tokens. All moments are of the domain clock."""

import hashlib
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
# Between these two before its end a token is refreshed, each at a moment of its own, so that they do not come at once.
EARLIEST_REFRESH, LATEST_REFRESH = timedelta(hours=8), timedelta(hours=2)
# Days before the end of a consent at which its people are told.
WARNINGS = (30, 14, 3)


class Issued(Record):
    """What TikTok's token endpoints answer; an empty value is one TikTok did not give."""

    open_id: str = ""
    access_token: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    expires_in: int | None = None
    refresh_token_expires_in: int | None = None
    scopes: tuple[str, ...] = ()


class Tokens(Record):
    """`issued_at`: of the access token; None in documents of before it was kept."""

    access_token: SecretStr
    refresh_token: SecretStr
    access_expires_at: Timestamp
    refresh_expires_at: Timestamp
    scopes: tuple[str, ...]
    issued_at: Timestamp | None = None


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

    @property
    def refresh_from(self) -> datetime:
        """When it is refreshed though nobody needs it yet; the same on every replica."""
        name = f"{self.app_id}/{self.open_id}/{self.token_version}"
        share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32
        end = self.tokens.access_expires_at
        spread = end - LATEST_REFRESH - share * (EARLIEST_REFRESH - LATEST_REFRESH)
        issued = self.tokens.issued_at
        # A token that lives for less than these hours is not refreshed the moment it comes.
        return max(spread, issued + (end - issued) / 2) if issued else spread

    def warning(self, now: datetime) -> int | None:
        """The smallest of the warnings that is due, in days; None before the first and after the end."""
        left = self.tokens.refresh_expires_at - now
        return min((days for days in WARNINGS if timedelta(0) < left <= timedelta(days=days)), default=None)

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
        issued_at=at,
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
        issued_at=at,
    )


def _access_end(issued: Issued, at: datetime) -> datetime:
    return at + timedelta(seconds=issued.expires_in or USUAL_ACCESS_SECONDS)
