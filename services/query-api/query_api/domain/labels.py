"""Labels and plans of a workspace: what posts are marked with. One mechanism, told apart by `kind`."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from common.events import LabelKind, LabelV1, Timestamp
from query_api.domain.errors import BadInput

# Of one kind in a workspace: more are nobody's choice any more, and every list holds them all.
MOST_LABELS = 500
LONGEST_NAME, LONGEST_DESCRIPTION = 100, 1_000

_COLOUR = re.compile(r"#[0-9a-f]{6}")


class Label(BaseModel):
    """`changed_at` is of the domain clock, `ended_at` wall time; one that was merged has gone into another."""

    model_config = ConfigDict(frozen=True)

    label_id: UUID
    workspace_id: UUID
    kind: LabelKind
    name: str
    colour: str | None = None
    description: str | None = None
    changed_at: Timestamp
    revision: int = 1
    ended_at: Timestamp | None = None
    into: UUID | None = None

    @property
    def name_key(self) -> str:
        """What no two of a kind share in a workspace; one that has ended leaves its name to others."""
        folded = unicodedata.normalize("NFKC", self.name).casefold()
        return f"name/{folded}" if self.ended_at is None else f"ended/{self.label_id}"

    @property
    def event(self) -> LabelV1:
        return LabelV1(
            label_id=self.label_id,
            workspace_id=self.workspace_id,
            kind=self.kind,
            name=self.name,
            colour=self.colour,
            deleted=self.ended_at is not None,
            revision=self.revision,
            changed_at=self.changed_at,
        )

    def changed(self, wished: Mapping[str, object], at: datetime) -> "Label":
        """With what is `wished`, as `usable` gave it."""
        return self._later({**wished, "changed_at": at})

    def ended(self, *, at: datetime, wall: datetime, into: UUID | None = None) -> "Label":
        return self._later({"changed_at": at, "ended_at": wall, "into": into})

    def _later(self, changes: Mapping[str, object]) -> "Label":
        return Label.model_validate({**self.model_dump(), **changes, "revision": self.revision + 1})


def usable(wished: Mapping[str, str | None]) -> Mapping[str, object]:
    """Name, colour and description as they are kept, of those that are wished; raises `BadInput`."""
    return {field: _READ[field](text) for field, text in wished.items()}


def _name(text: str | None) -> str:
    name = " ".join((text or "").split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadInput("name", "it is empty, too long or not printable", f"give 1 to {LONGEST_NAME} characters")
    return name


def _colour(text: str | None) -> str | None:
    if text is not None and not _COLOUR.fullmatch(text.lower()):
        raise BadInput("colour", f"{text[:40]!r} is not a colour", "write it as #rrggbb, or leave it out")
    return text and text.lower()


def _description(text: str | None) -> str | None:
    if text is not None and len(text) > LONGEST_DESCRIPTION:
        raise BadInput("description", f"it has {len(text)} characters", f"give at most {LONGEST_DESCRIPTION}")
    return (text and text.strip()) or None


_READ = {"name": _name, "colour": _colour, "description": _description}


def final(label_id: UUID, ended: Mapping[UUID, Label]) -> UUID | None:
    """Where a label's posts are to go that has ended, through all that it was merged into; None is nowhere."""
    seen: set[UUID] = set()
    place: UUID | None = label_id
    while place is not None and place in ended:
        # Two that were merged into each other at the same moment are both gone.
        if place in seen:
            return None
        seen.add(place)
        place = ended[place].into
    return place
