"""Dead letters: what was refused and why, which of them are meant, and which have been dealt with."""

from collections.abc import Iterable
from dataclasses import dataclass

from common.events.envelope import Headers, Message, header

SUFFIX = ".dlq"
# What was put beside the original headers when the letter was written.
_ADDED = ("toa_error", "toa_source_")
# Kafka keeps at most 4096 bytes beside a committed offset unless told otherwise.
LONGEST_NOTE = 4000


class TooScattered(ValueError):
    """What has been dealt with has too many holes to be noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    topic: str
    offset: int
    written_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def code(self) -> str:
        return header(self.headers, "toa_error_code") or "unknown"

    @property
    def reason(self) -> str:
        return header(self.headers, "toa_error") or ""

    def original(self) -> Message:
        """The record as it was sent at first, for the topic it was sent to."""
        return Message(
            topic=self.topic.removesuffix(SUFFIX),
            key=self.key or b"",
            value=self.value,
            headers=tuple((name, value) for name, value in self.headers if not name.startswith(_ADDED)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Letters with one of `codes` (any, when empty) and an offset from `first` to `last`, both included."""

    codes: frozenset[str] = frozenset()
    first: int | None = None
    last: int | None = None

    def takes(self, letter: Letter) -> bool:
        return (
            (not self.codes or letter.code in self.codes)
            and (self.first is None or self.first <= letter.offset)
            and (self.last is None or letter.offset <= self.last)
        )


@dataclass(frozen=True, slots=True)
class Handled:
    """The offsets that have been dealt with: all before `start`, and those in `beyond` (from, to before)."""

    start: int = 0
    beyond: tuple[tuple[int, int], ...] = ()

    @classmethod
    def from_note(cls, start: int, note: str) -> "Handled":
        spans = [span.partition("-") for span in note.split()]
        return cls(start, tuple((int(first), int(end)) for first, _, end in spans))

    @property
    def note(self) -> str:
        """`beyond` as text, to be kept beside `start`; raises `TooScattered`."""
        text = " ".join(f"{first}-{end}" for first, end in self.beyond)
        if len(text) > LONGEST_NOTE:
            raise TooScattered(
                "too many letters are left between those dealt with; deal with the oldest first, "
                f"from offset {self.start}"
            )
        return text

    def __contains__(self, offset: int) -> bool:
        return offset < self.start or any(first <= offset < end for first, end in self.beyond)

    def waiting(self, end: int) -> int:
        """How many letters before `end` have not been dealt with."""
        return max(0, end - self.start - sum(last - first for first, last in self.beyond))

    def adding(self, offsets: Iterable[int]) -> "Handled":
        merged = [(0, self.start)]
        for first, end in sorted([*self.beyond, *((offset, offset + 1) for offset in offsets)]):
            if first <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((first, end))
        return Handled(merged[0][1], tuple(merged[1:]))

    def from_beginning(self, beginning: int) -> "Handled":
        """Letters before `beginning` have expired."""
        return Handled(max(self.start, beginning), self.beyond).adding([])
