"""Signing in with an OpenID Connect provider: one attempt, bound to one browser, and who the provider says it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from auth_service.domain.record import Id, Record, fingerprint
from common.events import Timestamp

ATTEMPT_LIFE = timedelta(minutes=10)
# RFC 8176: how the provider says that it has asked for a second factor, or for one that is two in itself.
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk"})
# By so much a provider's clock may differ from ours.
CLOCKS_DIFFER = timedelta(minutes=1)


class Attempt(Record):
    """Kept under the SHA-256 of the state, with that of the browser's secret: a copy of it opens nothing.

    `fresh`: the provider is to ask the person anew, whatever it remembers of them.
    """

    state_sha256: str
    browser_sha256: str
    expires_at: Timestamp
    fresh: bool = False

    def is_of(self, browser: str, at: datetime) -> bool:
        return compare_digest(self.browser_sha256, fingerprint(browser)) and at < self.expires_at

    def is_served(self, provided: "Provided") -> bool:
        """Whether the provider asked the person since the attempt began, where that was wanted."""
        begun = self.expires_at - ATTEMPT_LIFE
        asked = provided.authenticated_at
        return not self.fresh or (asked is not None and asked >= begun - CLOCKS_DIFFER)


def new_attempt(*, state: str, browser: str, at: datetime, fresh: bool = False) -> Attempt:
    return Attempt(
        state_sha256=fingerprint(state),
        browser_sha256=fingerprint(browser),
        expires_at=at + ATTEMPT_LIFE,
        fresh=fresh,
    )


class HalfProven(Record):
    """Somebody the provider vouches for, whose code is still to come, under the SHA-256 of their browser's secret."""

    browser_sha256: str
    user_id: Id
    fresh: bool
    expires_at: Timestamp


# Both follow from the browser's secret, so that only its cookie holds them.
def nonce_of(browser: str) -> str:
    return fingerprint(f"nonce:{browser}")


def verifier_of(browser: str) -> str:
    """PKCE's code verifier."""
    return fingerprint(f"verifier:{browser}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """Who the provider says it is: `issuer` and `subject` together are for ever, the address may change.

    `authenticated_at`: when it last asked the person, if it says so; `methods`: by what (RFC 8176).
    """

    issuer: str
    subject: str
    email: str
    email_verified: bool
    authenticated_at: datetime | None
    methods: frozenset[str]

    @property
    def has_second_factor(self) -> bool:
        return not self.methods.isdisjoint(SECOND_FACTORS)


class Identity(Record):
    """A user's identity at a provider, under the hash of issuer and subject."""

    identity_id: str
    issuer: str
    user_id: Id
    linked_at: Timestamp


def identity_id_of(issuer: str, subject: str) -> str:
    return fingerprint(f"{issuer}\x1f{subject}")
