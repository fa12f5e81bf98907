"""The `state` of one consent: random, used once, short-lived, bound to the browser and workspace that asked."""

from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from auth_service.domain.errors import ForeignBrowser, StateExpired
from auth_service.domain.record import Id, Record, fingerprint
from common.events import Timestamp

STATE_LIFE = timedelta(minutes=10)
# An expired state is remembered this long, so that a late person is told "expired" and not "unknown".
REMEMBERED = timedelta(hours=1)


class Asker(Record):
    """Who asked for a consent: a member of the workspace, or an account's owner through a link; in which browser.

    `wanted`: the account of ours that is to be connected anew.
    """

    workspace_id: Id
    channel: str
    browser_sha256: str
    user_id: Id | None = None
    link_id: Id | None = None
    wanted: Id | None = None

    def is_member(self, user_id: UUID, workspace_id: UUID) -> bool:
        return (self.user_id, self.workspace_id) == (user_id, workspace_id)

    def is_browser(self, browser_sha256: str) -> bool:
        return compare_digest(self.browser_sha256, browser_sha256)


class ConnectState(Record):
    """Kept under the SHA-256 of the state. `expires_at` is wall time: a person, not TikTok, is waited for."""

    state_sha256: str
    asker: Asker
    expires_at: Timestamp

    def require_live(self, at: datetime) -> None:
        if at >= self.expires_at:
            raise StateExpired("The connection was not finished within ten minutes; start it again.")

    def require_browser(self, browser: str) -> None:
        """Or somebody could be led to finish what another began, and connect their account to a foreign workspace."""
        if not self.asker.is_browser(fingerprint(browser)):
            raise ForeignBrowser("The connection was started in another browser; start it again in this one.")


def new_state(*, state: str, asker: Asker, at: datetime) -> ConnectState:
    return ConnectState(state_sha256=fingerprint(state), asker=asker, expires_at=at + STATE_LIFE)
