"""A creating request made twice with the same Idempotency-Key: what was answered the first time is answered again."""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

from auth_service.domain.errors import Busy, InvalidInput, OutcomeUnknown, ReplayRefused
from auth_service.domain.record import Record
from common.events import Timestamp

KEPT_FOR = timedelta(hours=24)
# A request that has not ended by then has lost its process.
LONGEST_REQUEST = timedelta(seconds=60)
LONGEST_KEY = 255


class ReplayState(StrEnum):
    RUNNING = "running"
    ANSWERED = "answered"


class Kept(Record):
    """A request by the hash of who sent it, where and under which key, with the hash of its body."""

    replay_id: str
    body_sha256: str
    state: ReplayState = ReplayState.RUNNING
    status: int | None = None
    answer: str | None = None
    began_at: Timestamp
    expires_at: Timestamp

    def require_same(self, body_sha256: str) -> None:
        if not compare_digest(self.body_sha256, body_sha256):
            raise ReplayRefused("This Idempotency-Key was used for another request; take a new one.")

    def require_answered(self, at: datetime) -> None:
        if self.state is ReplayState.ANSWERED:
            return
        if at < self.began_at + LONGEST_REQUEST:
            raise Busy("The first request with this Idempotency-Key is still running; try again in a moment.")
        raise OutcomeUnknown(
            "The first request with this Idempotency-Key broke off; look whether it was done, then use a new key."
        )


def running(*, sender: str, route: str, key: str, body: bytes, at: datetime) -> Kept:
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise InvalidInput(f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.")
    named = "\x1f".join((sender, route, key))
    return Kept(
        replay_id=hashlib.sha256(named.encode()).hexdigest(),
        body_sha256=hashlib.sha256(body).hexdigest(),
        began_at=at,
        expires_at=at + KEPT_FOR,
    )


def answered(kept: Kept, *, status: int, answer: str) -> Kept:
    return kept.model_copy(update={"state": ReplayState.ANSWERED, "status": status, "answer": answer})
