"""What is last known of a post, worked out plainly from its observations; stands alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Observation:
    observed_at: datetime
    source: str
    recorded_at: datetime
    values: Mapping[str, object]


@dataclass(frozen=True)
class Known:
    first_observed_at: datetime
    observed_at: datetime
    values: Mapping[str, object]


def kept(observations: Iterable[Observation]) -> list[Observation]:
    """One per moment and source: of what was recorded twice the later record counts, whole."""
    by_key: dict[tuple[datetime, str], Observation] = {}
    for one in sorted(observations, key=lambda one: one.recorded_at):
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
    return Known(moments[0], moments[-1], {field: last_good(seen, field) for field in fields})


def gone_at(events: Iterable[tuple[datetime, str]]) -> datetime | None:
    """Events as (when, change): the last one decides."""
    last = max(events, default=None)
    return last[0] if last is not None and last[1] == "gone" else None
