"""What is last known of a post, worked out plainly from its observations; stands alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar


@dataclass(frozen=True)
class Observation:
    observed_at: datetime
    source: str
    recorded_at: datetime
    values: Mapping[str, object]


@dataclass(frozen=True)
class Change:
    """A post was listed, was listed no more ("gone"), or was listed again."""

    observed_at: datetime
    source: str
    recorded_at: datetime
    change: str


Record = TypeVar("Record", Observation, Change)


@dataclass(frozen=True)
class Known:
    first_observed_at: datetime
    observed_at: datetime
    values: Mapping[str, object]


def kept(records: Iterable[Record]) -> list[Record]:
    """One per moment and source: of what was recorded twice the later record counts, whole."""
    by_key: dict[tuple[datetime, str], Record] = {}
    for one in sorted(records, key=lambda one: one.recorded_at):
        by_key[one.observed_at, one.source] = one
    return list(by_key.values())


def oldest_word_first(observations: Iterable[Observation]) -> list[Observation]:
    """Imports before anything the API said, then by time: the last one that has a value is right."""
    return sorted(kept(observations), key=lambda one: (one.source == "api", one.observed_at))


def last_good(observations: Iterable[Observation], field: str) -> object:
    value: object = None
    for one in oldest_word_first(observations):
        if one.values.get(field) is not None:
            value = one.values[field]
    return value


def latest(observations: Iterable[Observation]) -> Known:
    seen = kept(observations)
    moments = sorted(one.observed_at for one in seen)
    fields = {field for one in seen for field in one.values}
    from_api = [one.observed_at for one in seen if one.source == "api"]
    return Known(moments[0], max(from_api or moments), {field: last_good(seen, field) for field in fields})


def gone_at(changes: Iterable[Change]) -> datetime | None:
    """The last change decides; of two at one moment that of the API, before an import."""
    last = max(kept(changes), key=lambda one: (one.observed_at, one.source == "api"), default=None)
    return last.observed_at if last is not None and last.change == "gone" else None
