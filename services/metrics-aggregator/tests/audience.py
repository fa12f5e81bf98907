"""Invented audiences of an account, and a naive second opinion on the days they make.

The opinion is worked out observation by observation from ADR 9, with nothing of ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from common.events import ProfileDay, ProfileSnapshotV1, encode
from common.events.snapshot import Source
from common.events.values import Value, Values

from .growth import EVER, FIRST_DAY, RECORDED

# Several on one day, neighbours, a gap, and a month's end.
DAYS = (0, 0, 1, 2, 6)

List = list[tuple[str, float | int | None]]
# Per field label → number, and when the last of it was observed.
Row = dict[str, Any]
Table = dict[date, Row]

# Field, and the parts of its items.
AUDIENCES = {
    "audience_ages": ("age", "percentage"),
    "audience_genders": ("gender", "percentage"),
    "audience_countries": ("country", "percentage"),
    "audience_cities": ("city_name", "percentage"),
}
ACTIVITY = ("hour", "count")
FIELDS = (*AUDIENCES, "audience_activity")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One observation of a profile: its audiences, and per day of its series the activity. None is not given."""

    observed_at: datetime
    source: Source = Source.API
    audiences: Mapping[str, List | None]
    activity: Mapping[date, List | None]
    record: int = 0
    """Recorded how many seconds after the first."""

    def value(self, *, workspace_id: UUID, account_id: UUID) -> bytes:
        profile: Values = {name: items(AUDIENCES[name], given) for name, given in self.audiences.items()}
        days = tuple(
            ProfileDay(date=day, values={"audience_activity": items(ACTIVITY, given), "likes": 1})
            for day, given in self.activity.items()
        )
        event = ProfileSnapshotV1(
            workspace_id=workspace_id,
            account_id=account_id,
            observed_at=self.observed_at,
            recorded_at=RECORDED + timedelta(seconds=self.record),
            source=self.source,
            field_set="profile_full.v1",
            profile=profile,
            days=days,
        )
        return encode(event, service="ingestor").value or b""


def expected(history: Sequence[Seen], *, known_at: datetime = EVER) -> Table:
    """What the table must hold for an account seen so, by what was recorded by then."""
    kept, given_on = _kept(history)
    seen = [one for one in kept if _was_recorded(one.record, known_at)]
    said = [one for one in given_on if _was_recorded(one.record, known_at)]
    days = [one.observed_at.date() for one in seen] + [one.day for one in said]
    span = (max(days) - min(days)).days + 1 if days else 0
    grid = [min(days) + timedelta(days=step) for step in range(span)]
    return {day: _row(day, seen, said) for day in grid}


@dataclass(frozen=True, kw_only=True)
class _Said:
    """The activity of one day, as one observation gave it."""

    day: date
    observed_at: datetime
    source: Source
    record: int
    given: List | None


def _kept(history: Sequence[Seen]) -> tuple[list[Seen], list[_Said]]:
    """Of what was recorded twice the later record counts, in what it speaks of; lowest rank first."""
    seen: dict[tuple[datetime, Source], Seen] = {}
    said: dict[tuple[datetime, Source, date], _Said] = {}
    for one in sorted(history, key=lambda one: (_rank(one), one.record)):
        key = (one.observed_at, one.source)
        # A record without any audience is no fact and replaces none.
        if any(given is not None for given in one.audiences.values()):
            seen[key] = one
        for day, given in one.activity.items():
            said[(*key, day)] = _Said(
                day=day, observed_at=one.observed_at, source=one.source, record=one.record, given=given
            )
    return list(seen.values()), list(said.values())


def _row(day: date, seen: Sequence[Seen], said: Sequence[_Said]) -> Row:
    of_day = [one for one in seen if one.observed_at.date() == day]
    about_day = [one for one in said if one.day == day]
    row: Row = {name: {} for name in FIELDS}
    for one in of_day:
        row |= {name: added_up(given) for name, given in one.audiences.items() if given}
    for spoken in about_day:
        if spoken.given:
            row["audience_activity"] = added_up(spoken.given)
    moments = [one.observed_at for one in of_day] + [one.observed_at for one in about_day]
    row["observed_at"] = max(moments, default=None)
    return row


def _was_recorded(record: int, known_at: datetime) -> bool:
    return RECORDED + timedelta(seconds=record) <= known_at


def _rank(one: Seen) -> tuple[bool, datetime]:
    """The API before imports, then by time."""
    return (one.source is Source.API, one.observed_at)


def added_up(given: List) -> dict[str, float | int]:
    sums: dict[str, float | int] = {}
    for label, number in given:
        if number is not None:
            sums[label] = sums.get(label, 0) + number
    return sums


def items(parts: tuple[str, str], given: List | None) -> Value:
    label, number = parts
    return None if given is None else [{label: name, number: share} for name, share in given]


def filled(labels: Sequence[str], numbers: st.SearchStrategy[float | int]) -> st.SearchStrategy[List]:
    """Labels may stand twice, numbers may be withheld."""
    return st.lists(st.tuples(st.sampled_from(labels), st.one_of(st.none(), numbers)), min_size=1, max_size=4)


def lists(labels: Sequence[str], numbers: st.SearchStrategy[float | int]) -> st.SearchStrategy[List | None]:
    given = filled(labels, numbers)
    return st.one_of(given, given, st.none(), st.just([]))


# Sixteenths, so that sums are exact.
SHARES: st.SearchStrategy[float | int] = st.integers(0, 16).map(lambda sixteenths: sixteenths / 16)
# Also more than a float holds; ClickHouse takes eighteen digits.
_COUNTS: st.SearchStrategy[float | int] = st.integers(0, 10**18 - 1)
_MOMENTS = st.builds(
    lambda day, hour, milliseconds: FIRST_DAY + timedelta(days=day, hours=hour, milliseconds=milliseconds),
    st.sampled_from(DAYS),
    st.sampled_from((0, 12, 23)),
    st.sampled_from((0, 1)),
)
_HOURS = lists(("0", "7", "23"), _COUNTS)
_ACTIVITY = st.dictionaries(
    st.sampled_from([date(2026, 2, 25) + timedelta(days=step) for step in (0, 1, 2, 5)]), _HOURS, max_size=2
)
_LABELS = {
    "audience_ages": ("18-24", "55+"),
    "audience_genders": ("Female", "Male"),
    "audience_countries": ("DE", "US"),
    "audience_cities": ("Paris", 'a "quoted", {braced} city'),
}
_GIVEN = st.fixed_dictionaries({name: lists(_LABELS[name], SHARES) for name in AUDIENCES})
_NONE: st.SearchStrategy[dict[str, List | None]] = st.just({})
_SEEN = st.builds(
    lambda at, source, audiences, activity: Seen(observed_at=at, source=source, audiences=audiences, activity=activity),
    _MOMENTS,
    st.sampled_from((Source.API, Source.API, Source.STUDIO_CSV)),
    st.one_of(_NONE, _GIVEN, _GIVEN),
    _ACTIVITY,
)


@st.composite
def histories(draw: st.DrawFn) -> list[Seen]:
    """What was seen of one account, some of it recorded again with other values, of the same days and of others."""
    seen = draw(st.lists(_SEEN, min_size=1, max_size=6, unique_by=lambda one: (one.observed_at, one.source)))
    anew = [one for one in seen[:2] if draw(st.booleans())]
    again = [replace(draw(_SEEN), observed_at=one.observed_at, source=one.source) for one in anew]
    restated = [
        replace(other, activity={**other.activity, **{day: draw(_HOURS) for day in one.activity}})
        for one, other in zip(anew, again, strict=True)
    ]
    return [replace(one, record=place) for place, one in enumerate([*seen, *restated])]
