"""A connect link: a member sends it to the owner of an account, who connects it without signing in. Good once."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from auth_service.domain.errors import InvalidInput, LinkEnded
from auth_service.domain.identity import Person
from auth_service.domain.record import Id, Record, fingerprint
from common.events import Timestamp

USUAL_LIFE, LONGEST_LIFE, SHORTEST_LIFE = timedelta(days=7), timedelta(days=30), timedelta(minutes=10)
# An ended link is listed this long.
REMEMBERED = timedelta(days=90)


class LinkState(StrEnum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ConnectLink(Record):
    """Only the SHA-256 of its token is kept. All moments are wall time.

    `used_by`: the pending consent that was kept through it; `account_id`: what became of that.
    """

    link_id: Id
    workspace_id: Id
    token_sha256: str
    channel: str
    note: str
    created_by: Id
    created_at: Timestamp
    expires_at: Timestamp
    revoked_at: Timestamp | None = None
    used_by: Id | None = None
    used_at: Timestamp | None = None
    account_id: Id | None = None

    def state(self, at: datetime) -> LinkState:
        if self.used_by is not None:
            return LinkState.USED
        if self.revoked_at is not None:
            return LinkState.REVOKED
        return LinkState.EXPIRED if at >= self.expires_at else LinkState.OPEN

    def require_open(self, at: datetime) -> None:
        state = self.state(at)
        if state is not LinkState.OPEN:
            raise LinkEnded(ENDED[state])


ENDED = {
    LinkState.USED: "This link was used already. Each connects one account; ask whoever sent it for another.",
    LinkState.EXPIRED: "This link has expired. Ask whoever sent it for a new one.",
    LinkState.REVOKED: "This link was taken back. Ask whoever sent it for a new one.",
}


def new_link(
    *, link_id: UUID, token: str, person: Person, channel: str, note: str, life: timedelta, at: datetime
) -> ConnectLink:
    if not SHORTEST_LIFE <= life <= LONGEST_LIFE:
        raise InvalidInput(f"A link lives between {SHORTEST_LIFE} and {LONGEST_LIFE.days} days.")
    return ConnectLink(
        link_id=link_id,
        workspace_id=person.workspace_id,
        token_sha256=fingerprint(token),
        channel=channel,
        note=note,
        created_by=person.user_id,
        created_at=at,
        expires_at=at + life,
    )
