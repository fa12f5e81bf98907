"""Signing in with an OpenID Connect provider: one attempt, bound to one browser, and who the provider says it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from auth_service.domain.record import Id, Record, fingerprint
from common.events import Timestamp

ATTEMPT_LIFE = timedelta(minutes=10)


class Attempt(Record):
    """Kept under the SHA-256 of the state, with that of the browser's secret: a copy of it opens nothing."""

    state_sha256: str
    browser_sha256: str
    expires_at: Timestamp

    def is_of(self, browser: str, at: datetime) -> bool:
        return compare_digest(self.browser_sha256, fingerprint(browser)) and at < self.expires_at


def new_attempt(*, state: str, browser: str, at: datetime) -> Attempt:
    return Attempt(state_sha256=fingerprint(state), browser_sha256=fingerprint(browser), expires_at=at + ATTEMPT_LIFE)


# Both follow from the browser's secret, so that only its cookie holds them.
def nonce_of(browser: str) -> str:
    return fingerprint(f"nonce:{browser}")


def verifier_of(browser: str) -> str:
    """PKCE's code verifier."""
    return fingerprint(f"verifier:{browser}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """Who the provider says it is: `issuer` and `subject` together are for ever, the address may change."""

    issuer: str
    subject: str
    email: str
    email_verified: bool


class Identity(Record):
    """A user's identity at a provider, under the hash of issuer and subject."""

    identity_id: str
    issuer: str
    user_id: Id
    linked_at: Timestamp


def identity_id_of(issuer: str, subject: str) -> str:
    return fingerprint(f"{issuer}\x1f{subject}")
