"""Which posts of an account are known and what became of them: each has a place for ever, and a set is one number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from common.events import LifecycleChange, Timestamp


def _from_text(value: object) -> object:
    return int(value, 16) if isinstance(value, str) else value


Marks = Annotated[int, BeforeValidator(_from_text), PlainSerializer(lambda marks: f"{marks:x}", when_used="json")]
"""A set of posts: bit n is the post at place n. Ten thousand posts are 2,500 characters in the store."""


@dataclass(frozen=True)
class Ledger:
    """The ids of all posts ever listed. Ids are only added at the end, so the place of a post never changes."""

    account_id: UUID
    post_ids: tuple[str, ...] = ()

    @cached_property
    def _places(self) -> dict[str, int]:
        return {post_id: place for place, post_id in enumerate(self.post_ids)}

    def unknown(self, post_ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(post_id for post_id in post_ids if post_id not in self._places)

    def marks(self, post_ids: Iterable[str]) -> int:
        return sum(1 << self._places[post_id] for post_id in set(post_ids))

    def names(self, marks: int) -> tuple[str, ...]:
        return tuple(self.post_ids[place] for place in _places_of(marks))


def _places_of(marks: int) -> Iterator[int]:
    while marks:
        lowest = marks & -marks
        yield lowest.bit_length() - 1
        marks ^= lowest


class PostChanges(BaseModel):
    """Posts that changed together, as they will be told: the ids of the events follow from what is kept here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    change: LifecycleChange
    post_ids: tuple[str, ...]
    why: str | None = None
    observed_at: Timestamp
    recorded_at: Timestamp


class KnownPosts(BaseModel):
    """`told`: first seen was told. `missed`: absent from the last full listing. `gone`: told to be gone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    told: Marks = 0
    missed: Marks = 0
    gone: Marks = 0

    @property
    def living(self) -> int:
        return self.told & ~self.gone

    def listed(self, marks: int) -> "KnownPosts":
        return KnownPosts(told=self.told | marks, missed=self.missed & ~marks, gone=self.gone & ~marks)

    def absent(self, marks: int, *, gone: int) -> "KnownPosts":
        """`marks` were not in the last full listing; of them, `gone` for good."""
        return KnownPosts(told=self.told, missed=marks & ~gone, gone=self.gone | gone)
