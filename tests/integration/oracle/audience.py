"""What rests on breakdowns: followers by their make-up, active hours, traffic sources (ADR 9)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from . import units
from .cells import Cell
from .known import Known
from .measures import ACTIVITY, Unit
from .posts import Shares

# Widget -> (its column, TikTok's field).
FOLLOWERS_BY = {
    "followers_by_country": ("country", "audience_countries"),
    "followers_by_city": ("city", "audience_cities"),
    "followers_by_gender": ("gender", "audience_genders"),
    "followers_by_age": ("age", "audience_ages"),
}


@dataclass(frozen=True)
class Rounded:
    """A whole number got by rounding `exact` once; of a half, either neighbour."""

    exact: Fraction

    def admits(self, number: object) -> bool:
        # A float product may lie this far from the fraction it stands for.
        near = Fraction(1, 2) + Fraction(1, 10**6)
        return isinstance(number, int) and not isinstance(number, bool) and abs(number - self.exact) <= near

    def __float__(self) -> float:
        return float(self.exact)


def followers_by(name: str, knowns: Iterable[Known], first: date, end: date) -> dict[str, Cell[Rounded]]:
    """By label: each account's last shares of the range times its last known total of the range, added up."""
    found: dict[str, Fraction] = {}
    taken: dict[str, str] = {}
    for known in knowns:
        shares = _last_shares(known, name, first, end)
        total = ACTIVITY["followers"](list(units.account_days([known], first, end))).value
        for label, share in shares.value or ():
            taken[label] = f"{taken.get(label, '')} {known.account_id}: {share} of {total} ({shares.taken});"
            if total is not None:
                found[label] = found.get(label, Fraction(0)) + _written(share) * int(total)
    return {label: Cell(Rounded(found[label]) if label in found else None, said) for label, said in taken.items()}


def active_followers(knowns: Iterable[Known], first: date, end: date) -> dict[int, Cell[Rounded]]:
    """By hour: of each account the mean of the days that give it, added up."""
    found: dict[int, Fraction] = {}
    taken: dict[int, str] = {}
    for known in knowns:
        given: dict[int, list[int]] = defaultdict(list)
        for day, hours in known.activity.items():
            for label, number in (hours.value or ()) if first <= day < end else ():
                given[int(label)].append(int(number))
        for hour, numbers in given.items():
            found[hour] = found.get(hour, Fraction(0)) + Fraction(sum(numbers), len(numbers))
            taken[hour] = f"{taken.get(hour, '')} {known.account_id}: {sum(numbers)} in {len(numbers)} days;"
    return {hour: Cell(Rounded(number), taken[hour]) for hour, number in found.items()}


def traffic_sources(published: Iterable[tuple[Known, Unit]]) -> dict[str, Cell[float]]:
    """By source: its share of the views of the posts whose sources and views are known."""
    seen: dict[str, Fraction] = {}
    views = posts = 0
    for known, unit in published:
        shares, seen_by = (
            known.posts[unit.post_id or ""].breakdown("impression_sources").value,
            unit.value("video_views"),
        )
        if not shares or seen_by is None:
            continue
        views, posts = views + int(seen_by), posts + 1
        for source, share in shares:
            seen[source] = seen.get(source, Fraction(0)) + _written(share) * int(seen_by)
    taken = f"{views} views of {posts} posts"
    return {source: Cell(float(part / views) if views else None, taken) for source, part in seen.items()}


def _written(share: float) -> Fraction:
    """The share as it was written, not the float nearest to it."""
    return Fraction(str(share))


def _last_shares(known: Known, name: str, first: date, end: date) -> Cell[Shares]:
    observed = [day for day in known.audience[name] if first <= day < end]
    return known.audience[name][max(observed)] if observed else Cell(None, "no shares observed in the range")
