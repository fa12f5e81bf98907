"""What the entrypoints need from outside besides grants: the books of answers given and of changes made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sandbox.domain.changes import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the Accounts API as it left; `body` is the JSON text itself."""

    at: datetime
    path: str
    open_id: str | None
    params: Mapping[str, str]
    http_status: int
    body: str


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


class ChangeBook(Protocol):
    def append(self, change: Change) -> None:
        """Keep `change` before anybody sees it; it survives a kill of the process."""
        ...
