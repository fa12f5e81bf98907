"""The days of an account (ADR 7), worked out plainly from its profile observations; stands alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

SERIES = ("followers_count", "daily_total_followers")


@dataclass(frozen=True)
class Profile:
    """One profile answer: the real-time total and the days that came with it."""

    observed_at: datetime
    source: str
    recorded_at: datetime
    total: int | None
    days: Mapping[date, Mapping[str, int | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Day:
    values: Mapping[str, int | None]
    followers: int | None
    net_followers: int | None
    series: str
    is_live: bool
    observed_at: datetime | None


def days_of(answers: Iterable[Profile], *, fields: Sequence[str]) -> dict[date, Day]:
    """Every day from the first to the last that was spoken of or observed."""
    given = _day_values(answers, fields)
    observed = _observations(answers)
    if not (spoken := {*given, *observed}):
        return {}
    series = choose(given, _last_total(answers))
    span = (max(spoken) - min(spoken)).days + 1
    days = [min(spoken) + timedelta(days=place) for place in range(span)]
    return {day: _day(day, given, observed, series, answers, fields) for day in days}


def choose(given: Mapping[date, Mapping[str, int | None]], total_now: int | None) -> str:
    """The series that is the total; or ambiguous, or unknown."""
    distances = {}
    for name in SERIES:
        known = [day for day in sorted(given) if given[day].get(name) is not None]
        value = given[known[-1]][name] if known else None
        if value is not None and total_now is not None and 2 * abs(value - total_now) <= total_now:
            distances[name] = abs(value - total_now)
    if not distances:
        return "unknown"
    nearest = [name for name in distances if distances[name] == min(distances.values())]
    return nearest[0] if len(nearest) == 1 else "ambiguous"


def _day(
    day: date,
    given: Mapping[date, Mapping[str, int | None]],
    observed: Mapping[date, Sequence[Profile]],
    series: str,
    answers: Iterable[Profile],
    fields: Sequence[str],
) -> Day:
    values = {name: given.get(day, {}).get(name) for name in fields}
    total = values.get(series)
    before = given.get(day - timedelta(days=1), {}).get(series)
    live = [one.total for one in observed.get(day, ()) if one.total is not None]
    moments = [one.observed_at for one in _kept(answers) if day in one.days]
    moments += [one.observed_at for one in observed.get(day, ())]
    return Day(
        values=values,
        followers=total if total is not None else (live[-1] if live else None),
        net_followers=_net(values, series, total, before),
        series=series,
        is_live=total is None and bool(live),
        observed_at=max(moments, default=None),
    )


def _net(values: Mapping[str, int | None], series: str, total: int | None, before: int | None) -> int | None:
    new, lost = values.get("daily_new_followers"), values.get("daily_lost_followers")
    if new is not None and lost is not None:
        return new - lost
    if series in SERIES:
        other = SERIES[1 - SERIES.index(series)]
        if (net := values.get(other)) is not None:
            return net
    return total - before if total is not None and before is not None else None


def _kept(answers: Iterable[Profile]) -> list[Profile]:
    """Oldest first, one per moment and source. Of two records of one answer the later counts, in what it speaks of."""
    by_key: dict[tuple[datetime, str], Profile] = {}
    for one in sorted(answers, key=lambda one: one.recorded_at):
        earlier = by_key.get((one.observed_at, one.source))
        days = {**(earlier.days if earlier else {}), **one.days}
        by_key[one.observed_at, one.source] = Profile(one.observed_at, one.source, one.recorded_at, one.total, days)
    return sorted(by_key.values(), key=lambda one: one.observed_at)


def _day_values(answers: Iterable[Profile], fields: Sequence[str]) -> dict[date, dict[str, int | None]]:
    """Per field the last value given; what the API says comes before an import of the same day."""
    found: dict[date, dict[str, int | None]] = {}
    for one in sorted(_kept(answers), key=lambda one: (one.source == "api", one.observed_at)):
        for day, values in one.days.items():
            known = found.setdefault(day, {})
            known.update({name: values[name] for name in fields if values.get(name) is not None})
    return found


def _observations(answers: Iterable[Profile]) -> dict[date, list[Profile]]:
    """The API's answers by the day they were given; imports are of no day of their own."""
    found: dict[date, list[Profile]] = {}
    for one in _kept(answers):
        if one.source == "api":
            found.setdefault(one.observed_at.astimezone(UTC).date(), []).append(one)
    return found


def _last_total(answers: Iterable[Profile]) -> int | None:
    totals = [one.total for one in _kept(answers) if one.source == "api" and one.total is not None]
    return totals[-1] if totals else None
