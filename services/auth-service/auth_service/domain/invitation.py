"""An invitation: a secret link that makes whoever reads the invited mailbox a member, once."""

from datetime import datetime, timedelta
from uuid import UUID

from auth_service.domain.record import Id, Record, fingerprint
from common.events import Role, Timestamp

INVITATION_LIFE = timedelta(days=7)


class Invitation(Record):
    """Kept inside its workspace, so that joining and using it up are one write. Only its secret's SHA-256 is kept."""

    invitation_id: Id
    email: str
    role: Role
    accounts: tuple[Id, ...] | None = None
    secret_sha256: str
    invited_by: Id
    created_at: Timestamp
    expires_at: Timestamp

    def is_live(self, at: datetime) -> bool:
        return at < self.expires_at


def new_invitation(
    *,
    invitation_id: UUID,
    email: str,
    role: Role,
    accounts: tuple[UUID, ...] | None,
    secret: str,
    invited_by: UUID,
    at: datetime,
) -> Invitation:
    return Invitation(
        invitation_id=invitation_id,
        email=email,
        role=role,
        accounts=accounts,
        secret_sha256=fingerprint(secret),
        invited_by=invited_by,
        created_at=at,
        expires_at=at + INVITATION_LIFE,
    )
