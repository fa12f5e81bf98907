"""Daily growth of one post's counters, worked out field by field and day by day from its observations (ADR 8).

Naive on purpose: loops over days, no cleverness that the code it judges could share.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

NOT_COLLECTED = "not_collected"

INTEGERS = (
    "likes",
    "comments",
    "shares",
    "favorites",
    "reach",
    "video_views",
    "new_followers",
    "profile_views",
    "website_clicks",
    "phone_number_clicks",
    "lead_submissions",
    "app_download_clicks",
    "email_clicks",
    "address_clicks",
)
SECONDS = ("total_time_watched",)
COUNTERS = (*INTEGERS, *SECONDS)

ONE_DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Number = int | float


@dataclass(frozen=True)
class Observation:
    """What one answer, or one import, said of the post. `values` may hold `create_time` in epoch seconds."""

    observed_at: datetime
    values: Mapping[str, Number | None]
    source: str = "api"
    recorded_at: datetime = EPOCH


@dataclass(frozen=True)
class Growth:
    """One counter on one day: `value`, or the reason why there is none."""

    value: Number | None
    estimated: bool = False
    reason: str | None = None


UNKNOWN = Growth(None, reason=NOT_COLLECTED)


def growth(observations: Iterable[Observation]) -> dict[date, dict[str, Growth]]:
    """Every day from the post's baseline day to the day it was last observed, every counter on each."""
    said = _settled(observations)
    if not said:
        return {}
    born = _baseline_day(said)
    first = born if born is not None else _day(said[0])
    table: dict[date, dict[str, Growth]] = {day: {} for day in _days(first, _day(said[-1]))}
    for field in COUNTERS:
        known = _of_field(_closings(said, field), born=born, whole=field in INTEGERS)
        for day, row in table.items():
            row[field] = known.get(day, UNKNOWN)
    return table


def spread(amount: int, days: int) -> list[int]:
    """`amount` over `days` in whole numbers: what does not divide goes, one each, to the earliest days."""
    sign = -1 if amount < 0 else 1
    each, left = divmod(abs(amount), days)
    return [sign * (each + 1 if place < left else each) for place in range(days)]


def _settled(observations: Iterable[Observation]) -> list[Observation]:
    """By time of observation; of one observation recorded twice, what was recorded last."""
    kept: dict[tuple[datetime, str], Observation] = {}
    for one in observations:
        key = (one.observed_at, one.source)
        if key not in kept or one.recorded_at >= kept[key].recorded_at:
            kept[key] = one
    return sorted(kept.values(), key=lambda one: one.observed_at)


def _baseline_day(said: Sequence[Observation]) -> date | None:
    """The day of publishing, if the post was listed within 24 hours of it: then it began at 0. Else None."""
    listed = said[0].observed_at
    stated = [one.values.get("create_time") for one in said]
    published = [EPOCH + timedelta(seconds=seconds) for seconds in stated if seconds is not None]
    fresh = [moment for moment in published if listed - moment <= timedelta(hours=24)]
    if not fresh:
        return None
    return min(min(fresh).date(), _day(said[0]))


def _closings(said: Sequence[Observation], field: str) -> dict[date, Number]:
    """The last value given on each day; one from the API stands before an imported one."""
    closings: dict[date, Number] = {}
    for source in ("studio_csv", "api"):
        for one in said:
            value = one.values.get(field)
            if one.source == source and value is not None:
                closings[_day(one)] = value
    return dict(sorted(closings.items()))


def _of_field(closings: Mapping[date, Number], *, born: date | None, whole: bool) -> dict[date, Growth]:
    found: dict[date, Growth] = {}
    # A baseline of 0 stood at the end of the day before the post was published.
    before: tuple[date, Number] | None = None if born is None else (born - ONE_DAY, 0)
    for day, closing in closings.items():
        if before is not None:
            found.update(_between(before, (day, closing), whole=whole))
        before = (day, closing)
    return found


def _between(before: tuple[date, Number], after: tuple[date, Number], *, whole: bool) -> dict[date, Growth]:
    days = list(_days(before[0] + ONE_DAY, after[0]))
    amount = after[1] - before[1]
    parts: Sequence[Number] = spread(int(amount), len(days)) if whole else [amount / len(days)] * len(days)
    return {day: Growth(part, estimated=len(days) > 1) for day, part in zip(days, parts, strict=True)}


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY


def _day(one: Observation) -> date:
    return one.observed_at.astimezone(UTC).date()
