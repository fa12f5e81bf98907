"""What the entrypoints need from outside besides grants: the log of answers, the changes made, calls to the app."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sandbox.domain.changes import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of TikTok's as it left, or as much of it as was sent; tokens and secrets are hidden."""

    at: datetime
    path: str
    open_id: str | None
    params: Mapping[str, str]
    http_status: int | None
    """None: nothing was sent."""
    body: str | None
    """The JSON text itself; None where a fault made it none."""
    sent: str | None = None
    """What was sent where that was no JSON."""
    fault: str | None = None
    """The fault that changed the answer or its way."""


class AnswerLog(Protocol):
    def append(self, answer: Answer) -> None:
        """Keep `answer` before it is sent; it survives a kill of the process."""
        ...

    def last(self) -> int:
        """Number of the newest answer; the first one is 1."""
        ...

    def lines(self, *, after: int, until: int) -> Iterator[bytes]:
        """The JSON objects of the answers numbered after+1 to `until`, in order."""
        ...


class Caller(Protocol):
    async def call(self, url: str, body: str, headers: Mapping[str, str]) -> int | None:
        """POST `body` to `url`; the HTTP status of the answer, None where none came."""
        ...


class ChangeBook(Protocol):
    def append(self, change: Change) -> None:
        """Keep `change` before anybody sees it; it survives a kill of the process."""
        ...
