"""Invented audiences of an account, and a naive second opinion on the days they make.

The opinion is worked out observation by observation from ADR 9, with nothing of ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from common.events import ProfileDay, ProfileSnapshotV1, encode
from common.events.snapshot import Source
from common.events.values import Value, Values

FIRST_DAY = datetime(2026, 2, 26, tzinfo=UTC)
# Several on one day, neighbours, a gap, and a month's end.
DAYS = (0, 0, 1, 2, 6)

List = list[tuple[str, float | int | None]]
# Label → number, per field.
Row = dict[str, dict[str, float | int]]
Table = dict[date, Row]

# Field, and the parts of its items.
AUDIENCES = {"audience_countries": ("country", "percentage"), "audience_genders": ("gender", "percentage")}
ACTIVITY = ("hour", "count")
FIELDS = (*AUDIENCES, "audience_ages", "audience_cities", "audience_activity")


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
        profile: Values = {name: _items(AUDIENCES[name], given) for name, given in self.audiences.items()}
        days = tuple(
            ProfileDay(date=day, values={"audience_activity": _items(ACTIVITY, given), "likes": 1})
            for day, given in self.activity.items()
        )
        event = ProfileSnapshotV1(
            workspace_id=workspace_id,
            account_id=account_id,
            observed_at=self.observed_at,
            recorded_at=FIRST_DAY + timedelta(days=400, seconds=self.record),
            source=self.source,
            field_set="profile_full.v1",
            profile=profile,
            days=days,
        )
        return encode(event, service="ingestor").value or b""


def expected(history: Sequence[Seen]) -> Table:
    """What the table must hold for an account seen so."""
    kept: dict[tuple[datetime, Source], Seen] = {}
    given_on: dict[tuple[datetime, Source, date], tuple[int, List | None]] = {}
    for seen in history:
        key = (seen.observed_at, seen.source)
        # A record without any audience is no fact and replaces none.
        if any(given is not None for given in seen.audiences.values()):
            kept[key] = max(kept.get(key, seen), seen, key=lambda one: one.record)
        for day, given in seen.activity.items():
            before = given_on.get((*key, day))
            if before is None or before[0] <= seen.record:
                given_on[(*key, day)] = (seen.record, given)
    table: Table = {}
    days = [seen.observed_at.date() for seen in kept.values()] + [day for _, _, day in given_on]
    if not days:
        return table
    for step in range((max(days) - min(days)).days + 1):
        day = min(days) + timedelta(days=step)
        row: Row = {name: {} for name in FIELDS}
        of_day = [seen for seen in kept.values() if seen.observed_at.date() == day]
        for seen in sorted(of_day, key=lambda one: _rank(one.source, one.observed_at)):
            for name, given in seen.audiences.items():
                if given:
                    row[name] = _added_up(given)
        said = [(_rank(source, at), given) for (at, source, of), (_, given) in given_on.items() if of == day]
        for _, given in sorted(said, key=lambda one: one[0]):
            if given:
                row["audience_activity"] = _added_up(given)
        table[day] = row
    return table


def _rank(source: Source, at: datetime) -> tuple[bool, datetime]:
    """The API before imports, then by time."""
    return (source is Source.API, at)


def _added_up(given: List) -> dict[str, float | int]:
    sums: dict[str, float | int] = {}
    for label, number in given:
        if number is not None:
            sums[label] = sums.get(label, 0) + number
    return sums


def _items(parts: tuple[str, str], given: List | None) -> Value:
    label, number = parts
    return None if given is None else [{label: name, number: share} for name, share in given]


def lists(labels: Sequence[str], numbers: st.SearchStrategy[float | int]) -> st.SearchStrategy[List | None]:
    items = st.tuples(st.sampled_from(labels), st.one_of(st.none(), numbers))
    return st.one_of(st.none(), st.just([]), st.lists(items, min_size=1, max_size=4))


# Sixteenths, so that sums are exact.
_SHARES: st.SearchStrategy[float | int] = st.integers(0, 16).map(lambda sixteenths: sixteenths / 16)
_COUNTS: st.SearchStrategy[float | int] = st.integers(0, 2**53)
_MOMENTS = st.builds(
    lambda day, hour, milliseconds: FIRST_DAY + timedelta(days=day, hours=hour, milliseconds=milliseconds),
    st.sampled_from(DAYS),
    st.sampled_from((0, 12, 23)),
    st.sampled_from((0, 1)),
)
_ACTIVITY = st.dictionaries(
    st.sampled_from([date(2026, 2, 25) + timedelta(days=step) for step in (0, 1, 2, 5)]),
    lists(("0", "7", "23"), _COUNTS),
    max_size=2,
)
_SEEN = st.builds(
    lambda at, source, countries, genders, activity: Seen(
        observed_at=at,
        source=source,
        audiences={"audience_countries": countries, "audience_genders": genders},
        activity=activity,
    ),
    _MOMENTS,
    st.sampled_from((Source.API, Source.API, Source.STUDIO_CSV)),
    lists(("DE", "US", 'a "quoted", {braced} city'), _SHARES),
    lists(("Female", "Male"), _SHARES),
    _ACTIVITY,
)


@st.composite
def histories(draw: st.DrawFn) -> list[Seen]:
    """What was seen of one account, some of it recorded again with other values."""
    seen = draw(st.lists(_SEEN, min_size=1, max_size=6, unique_by=lambda one: (one.observed_at, one.source)))
    anew = [one for one in seen[:2] if draw(st.booleans())]
    again = [replace(draw(_SEEN), observed_at=one.observed_at, source=one.source) for one in anew]
    return [replace(one, record=place) for place, one in enumerate([*seen, *again])]
