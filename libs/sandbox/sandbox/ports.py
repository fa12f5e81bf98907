"""What the entrypoints need from outside the world besides its grants: the book of answers given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


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
