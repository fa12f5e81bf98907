"""Auto-label rules: which posts get a label or plan by themselves, by what stands in their caption or how they look."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from common.events import Timestamp
from query_api.domain.access import Principal
from query_api.domain.errors import BadInput

MOST_RULES, MOST_CONDITIONS, LONGEST_VALUE = 200, 20, 200
_FORMATS = ("video", "photo")


class Field(StrEnum):
    CAPTION = "caption"
    """Contains the value, whatever its case."""
    HASHTAG = "hashtag"
    """Is one of the caption's tags, whatever its case; with or without the #."""
    FORMAT = "format"
    """Is `video` or `photo`."""


class Match(StrEnum):
    ANY = "any"
    ALL = "all"


class Condition(BaseModel):
    model_config = ConfigDict(frozen=True)

    field: Field
    value: str


class LabelRule(BaseModel):
    """`accounts` None is all there are. Posts first seen from `since` (domain clock) on are new to it."""

    model_config = ConfigDict(frozen=True)

    rule_id: UUID
    workspace_id: UUID
    name: str
    match: Match
    conditions: tuple[Condition, ...]
    label_id: UUID
    accounts: tuple[UUID, ...] | None = None
    enabled: bool = True
    since: Timestamp
    revision: int = 1

    def changed(self, changes: Mapping[str, object], *, at: datetime) -> "LabelRule":
        """Another rule from now on, so posts are new to it from now on; but not by its name alone."""
        since = {} if changes.keys() <= {"name"} else {"since": at}
        return LabelRule.model_validate({**self.model_dump(), **changes, **since, "revision": self.revision + 1})

    def retargeted(self, label_id: UUID) -> "LabelRule":
        return LabelRule.model_validate({**self.model_dump(), "label_id": label_id, "revision": self.revision + 1})

    def is_open_to(self, caller: Principal) -> bool:
        """Whether it concerns nobody's accounts but those the caller may read."""
        return caller.accounts is None or (self.accounts is not None and caller.accounts.issuperset(self.accounts))


def usable_conditions(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """As they are kept; raises `BadInput`."""
    if not 1 <= len(conditions) <= MOST_CONDITIONS:
        raise BadInput("conditions", f"there are {len(conditions)}", f"give 1 to {MOST_CONDITIONS}")
    return tuple(_usable(one) for one in conditions)


def _usable(condition: Condition) -> Condition:
    value = condition.value.strip()
    if condition.field is Field.HASHTAG:
        value = value.removeprefix("#")
    if not 1 <= len(value) <= LONGEST_VALUE:
        raise BadInput(
            "conditions", f"a {condition.field} is empty or too long", f"give 1 to {LONGEST_VALUE} characters"
        )
    if condition.field is Field.FORMAT and value not in _FORMATS:
        raise BadInput("conditions", f"there is no format {value[:40]!r}", f"use one of {', '.join(_FORMATS)}")
    return Condition(field=condition.field, value=value)
