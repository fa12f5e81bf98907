"""Sessions: a rotating refresh secret, of which only the SHA-256 is kept, and the claims of a short access token."""

from datetime import datetime, timedelta
from hmac import compare_digest

from auth_service.domain.record import Id, Record, fingerprint
from common.events import Timestamp

ACCESS_LIFE = timedelta(minutes=5)
REFRESH_LIFE = timedelta(days=14)
# Two tabs refresh at once with the same cookie; the second is not a thief.
ROTATION_GRACE = timedelta(seconds=30)
# What cannot be undone needs a proof of who one is, this young.
PROOF_LIFE = timedelta(minutes=5)
# How long a session's tokens outlive it: their life, and what clocks differ by.
TOKENS_OUTLIVE = ACCESS_LIFE + timedelta(minutes=1)


class EndedSession(Record):
    """For who knows tokens only: of this session none is good, although each lives for `tokens_until` at most."""

    session_id: Id
    tokens_until: Timestamp


class Session(Record):
    """`previous_sha256`: the secret before the last rotation, good for a moment longer. All moments are wall time.

    `proven_at`: it began with a sign-in for which the provider asked the person anew.
    """

    session_id: Id
    user_id: Id
    workspace_id: Id
    secret_sha256: str
    previous_sha256: str | None = None
    device: str = ""
    started_at: Timestamp | None = None
    proven_at: Timestamp | None = None
    rotated_at: Timestamp
    expires_at: Timestamp

    def accepts(self, secret: str, at: datetime) -> bool:
        if at >= self.expires_at:
            return False
        given = fingerprint(secret)
        recent = self.previous_sha256 if at < self.rotated_at + ROTATION_GRACE else None
        return compare_digest(given, self.secret_sha256) or compare_digest(given, recent or "")

    def is_proof(self, at: datetime) -> bool:
        return self.proven_at is not None and at < self.proven_at + PROOF_LIFE

    def rotated(self, secret: str, at: datetime) -> "Session":
        """The session after its secret became `secret`; the one before stays good for the grace."""
        changes = {
            "secret_sha256": fingerprint(secret),
            "previous_sha256": self.secret_sha256,
            "rotated_at": at,
            "expires_at": at + REFRESH_LIFE,
        }
        return Session.model_validate({**self.model_dump(), **changes})


def new_session(
    *, session_id: Id, user_id: Id, workspace_id: Id, secret: str, at: datetime, device: str = "", proven: bool = False
) -> Session:
    return Session(
        session_id=session_id,
        user_id=user_id,
        workspace_id=workspace_id,
        secret_sha256=fingerprint(secret),
        device=device,
        started_at=at,
        proven_at=at if proven else None,
        rotated_at=at,
        expires_at=at + REFRESH_LIFE,
    )
