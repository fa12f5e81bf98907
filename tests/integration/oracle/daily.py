"""The days of an account (ADR 7, ADR 22), worked out plainly from its profile observations; stands alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    taken_back: bool = False
    """Recorded again with nothing in it: as if nothing had been observed, on the same days."""


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
    of_api = _day_values([one for one in answers if one.source == "api"], fields)
    of_files = _day_values([one for one in answers if one.source != "api"], fields)
    series = choose(of_api, _last_total(answers))
    span = (max(spoken) - min(spoken)).days + 1
    days = [min(spoken) + timedelta(days=place) for place in range(span)]
    followers = Followers(series, of_api, of_files)
    return {day: _day(day, given, observed, followers, answers, fields) for day in days}


@dataclass(frozen=True)
class Followers:
    """What the API says of them, which of its series is the total, and what files say: totals and net changes."""

    series: str
    of_api: Mapping[date, Mapping[str, int | None]]
    of_files: Mapping[date, Mapping[str, int | None]]

    def api_total(self, day: date) -> int | None:
        return self.of_api.get(day, {}).get(self.series)

    def file_total(self, day: date) -> int | None:
        return self.of_files.get(day, {}).get("followers_count")

    def total(self, day: date) -> int | None:
        return _first(self.api_total(day), self.file_total(day))

    def net(self, day: date) -> int | None:
        before = day - timedelta(days=1)
        other = SERIES[1 - SERIES.index(self.series)] if self.series in SERIES else ""
        return _first(
            self.of_api.get(day, {}).get(other),
            _difference(self.api_total(day), self.api_total(before)),
            self.of_files.get(day, {}).get("daily_total_followers"),
            _difference(self.total(day), self.total(before)),
        )


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _difference(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before


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
    followers: Followers,
    answers: Iterable[Profile],
    fields: Sequence[str],
) -> Day:
    values = {name: given.get(day, {}).get(name) for name in fields}
    live = [one.total for one in observed.get(day, ()) if one.total is not None]
    moments = [one.observed_at for one in _kept(answers) if day in one.days and not one.taken_back]
    moments += [one.observed_at for one in observed.get(day, ())]
    return Day(
        values=values,
        followers=_first(followers.api_total(day), live[-1] if live else None, followers.file_total(day)),
        net_followers=_first(
            _difference(values.get("daily_new_followers"), values.get("daily_lost_followers")), followers.net(day)
        ),
        series=followers.series,
        is_live=followers.api_total(day) is None and bool(live),
        observed_at=max(moments, default=None),
    )


def _kept(answers: Iterable[Profile]) -> list[Profile]:
    """Oldest first, one per moment and source. Of two records of one answer the later counts, in what it speaks of."""
    by_key: dict[tuple[datetime, str], Profile] = {}
    for one in sorted(answers, key=lambda one: one.recorded_at):
        earlier = by_key.get((one.observed_at, one.source))
        days = {**(earlier.days if earlier else {}), **one.days}
        by_key[one.observed_at, one.source] = replace(one, days=days)
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
