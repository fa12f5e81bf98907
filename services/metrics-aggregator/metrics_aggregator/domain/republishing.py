"""Telling again what is known of an account, from its facts: what is asked for, and how far it has come."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from common.events import Event

_ZONE = "\x1f"


class Kind(StrEnum):
    """What is told, in this order."""

    POSTS = "posts"
    PROFILES = "profiles"
    LIFECYCLE = "lifecycle"
    LABELS = "labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was observed of an account from `since`, and before `until`."""

    account_id: UUID
    since: datetime
    until: datetime
    topic: str

    @property
    def name(self) -> str:
        """The same for the same wish: under it a run that was ended is found again."""
        parts = (self.topic, str(self.account_id), self.since.isoformat(), self.until.isoformat())
        return hashlib.sha256(_ZONE.join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A fact's place among those of its kind: they are told in this order. Before every fact by default."""

    observed_ms: int = -1
    post_id: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event as it was published first, and by whom."""

    event: Event
    service: str
    place: Place


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Everything of kinds before `kind`, and of it everything up to `after`, is told. `kind` None: all is told."""

    kind: Kind | None = Kind.POSTS
    after: Place = Place()

    @property
    def note(self) -> str:
        place = self.after
        return _ZONE.join((self.kind or "", str(place.observed_ms), place.post_id, place.source))

    @classmethod
    def from_note(cls, note: str) -> "Bookmark":
        kind, observed_ms, post_id, source = note.split(_ZONE)
        return cls(Kind(kind) if kind else None, Place(int(observed_ms), post_id, source))
