"""The `state` of one consent: random, used once, short-lived, bound to the person and the workspace that asked."""

from datetime import datetime, timedelta

from auth_service.domain.errors import StateExpired
from auth_service.domain.record import Id, Record, fingerprint
from common.events import Timestamp

STATE_LIFE = timedelta(minutes=10)
# An expired state is remembered this long, so that a late person is told "expired" and not "unknown".
REMEMBERED = timedelta(hours=1)


class ConnectState(Record):
    """Kept under the SHA-256 of the state. `expires_at` is wall time: a person, not TikTok, is waited for."""

    state_sha256: str
    user_id: Id
    workspace_id: Id
    channel: str
    expires_at: Timestamp

    def require_live(self, at: datetime) -> None:
        if at >= self.expires_at:
            raise StateExpired("The connection was not finished within ten minutes; start it again.")


def new_state(*, state: str, user_id: Id, workspace_id: Id, channel: str, at: datetime) -> ConnectState:
    return ConnectState(
        state_sha256=fingerprint(state),
        user_id=user_id,
        workspace_id=workspace_id,
        channel=channel,
        expires_at=at + STATE_LIFE,
    )
