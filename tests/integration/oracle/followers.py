"""Followers and net per day of one account (ADR 7): which of TikTok's two series is the total."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta

from . import contract, log
from .cells import Cell
from .profile import DayValues, value

SERIES = ("followers_count", "daily_total_followers")
OTHER = {"followers_count": "daily_total_followers", "daily_total_followers": "followers_count"}


@dataclass
class RealTimeTotals:
    """The top-level followers_count that comes with each profile answer."""

    latest: int | None = None
    last_of_day: dict[date, Cell[int]] = field(default_factory=dict)

    def take(self, answer: log.Answer) -> None:
        total = contract.counter(answer.data.get("followers_count"))
        if total is not None:
            self.latest = total
            said = answer.says("real-time followers_count", total)
            self.last_of_day[answer.at.astimezone(UTC).date()] = Cell(total, said)


@dataclass(frozen=True)
class Choice:
    """Names of the series; both None where it is ambiguous or unknown."""

    total: str | None
    net: str | None
    why: str


def real_time_totals(answers: Iterable[log.Answer], account_id: str) -> RealTimeTotals:
    totals = RealTimeTotals()
    for answer in answers:
        if answer.account_id == account_id and answer.endpoint == log.PROFILE:
            totals.take(answer)
    return totals


def choose(days: DayValues, total_now: int | None) -> Choice:
    """Rules 1 to 3."""
    if total_now is None:
        return Choice(None, None, "series unknown: no real-time total")
    distance: dict[str, int] = {}
    for series in SERIES:
        last = _last_value(days, series)
        if last is not None and 2 * abs(last - total_now) <= total_now:
            distance[series] = abs(last - total_now)
    if not distance:
        return Choice(None, None, f"series unknown: none is within half of the real-time total {total_now}")
    nearest = min(distance, key=lambda series: distance[series])
    if distance.get(OTHER[nearest]) == distance[nearest]:
        return Choice(None, None, f"series ambiguous: both are {distance[nearest]} from {total_now}")
    return Choice(nearest, OTHER[nearest], f"{nearest} is the total: {distance[nearest]} from {total_now}")


def followers_of(day: date, days: DayValues, choice: Choice, totals: RealTimeTotals) -> Cell[int]:
    """Rule 4."""
    cell = value(days, day, choice.total)
    if cell.value is not None:
        return Cell(cell.value, f"{cell.taken}; {choice.why}")
    observed = totals.last_of_day.get(day)
    if observed is not None:
        return Cell(observed.value, f"{observed.taken}; {choice.why}")
    return Cell(None, f"neither a total nor an observation on that day; {choice.why}")


def net_of(day: date, days: DayValues, choice: Choice) -> Cell[int]:
    """Rule 5."""
    new = value(days, day, "daily_new_followers")
    lost = value(days, day, "daily_lost_followers")
    if new.value is not None and lost.value is not None:
        return Cell(new.value - lost.value, f"{new.taken} minus {lost.taken}")
    net = value(days, day, choice.net)
    if net.value is not None:
        return Cell(net.value, f"{net.taken}; {choice.why}")
    today = value(days, day, choice.total)
    before = value(days, day - timedelta(days=1), choice.total)
    if today.value is not None and before.value is not None:
        return Cell(today.value - before.value, f"{today.taken} minus {before.taken}; {choice.why}")
    return Cell(None, f"no new and lost, no net series, no two totals in a row; {choice.why}")


def _last_value(days: DayValues, series: str) -> int | None:
    for day in sorted(days, reverse=True):
        cell = value(days, day, series)
        if cell.value is not None:
            return cell.value
    return None
