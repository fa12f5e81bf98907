"""A creating request made twice with the same Idempotency-Key: what was answered the first time is answered again."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

from pydantic import BaseModel, ConfigDict

from common.events import Timestamp

KEPT_FOR = timedelta(hours=24)
# A request that has not ended by then has lost its process.
LONGEST_REQUEST = timedelta(seconds=60)
LONGEST_KEY = 255


class ReplayProblem(Exception):
    """Why a request with an Idempotency-Key gets no answer, in words for who sent it."""


class UnusableKey(ReplayProblem):
    """The key is empty, too long or not printable."""


class KeyReused(ReplayProblem):
    """The key came again with another request."""


class StillRunning(ReplayProblem):
    """The first request with the key has not ended."""


class OutcomeUnknown(ReplayProblem):
    """The first request with the key ended without an answer; nobody knows how far it went."""


class ReplayState(StrEnum):
    RUNNING = "running"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends: the same key of two people, or in two workspaces, is two keys. Empty is somebody nobody knows."""

    workspace_id: str = ""
    subject: str = ""


class Kept(BaseModel):
    """A request by the hash of who sent it, where and under which key, with the hash of its body."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    replay_id: str
    workspace_id: str = ""
    body_sha256: str
    state: ReplayState = ReplayState.RUNNING
    status: int | None = None
    answer: str | None = None
    began_at: Timestamp
    expires_at: Timestamp

    def is_same(self, other: "Kept") -> bool:
        return compare_digest(self.body_sha256, other.body_sha256)

    def require_same(self, other: "Kept") -> None:
        if not self.is_same(other):
            raise KeyReused("This Idempotency-Key was used for another request; take a new one.")

    def require_answered(self, at: datetime) -> None:
        if self.state is ReplayState.ANSWERED:
            return
        if at < self.began_at + LONGEST_REQUEST:
            raise StillRunning("The first request with this Idempotency-Key is still running; try again in a moment.")
        raise OutcomeUnknown(
            "The first request with this Idempotency-Key broke off; look whether it was done, then use a new key."
        )


def running(*, sender: Sender, route: str, key: str, body: bytes, at: datetime) -> Kept:
    """Raises `UnusableKey`."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise UnusableKey(f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.")
    return Kept(
        replay_id=hashlib.sha256(named(sender, route, key)).hexdigest(),
        workspace_id=sender.workspace_id,
        body_sha256=hashlib.sha256(body).hexdigest(),
        began_at=at,
        expires_at=at + KEPT_FOR,
    )


def named(sender: Sender, route: str, key: str) -> bytes:
    """What names a request."""
    return "\x1f".join((sender.workspace_id, sender.subject, route, key)).encode()


def answered(kept: Kept, *, status: int, answer: str) -> Kept:
    return kept.model_copy(update={"state": ReplayState.ANSWERED, "status": status, "answer": answer})
