"""How figures of several rows become one, and every metric by that: the roll-up rules of the design.

A row is a post, a day of an account, or a day of a post; `summed` and the others say what becomes of many of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from statistics import median as middle

from .cells import Cell
from .growth import Number


@dataclass(frozen=True)
class Unit:
    """One row to be counted. A field that is not in `cells` is unknown."""

    account_id: str
    channel: str
    cells: Mapping[str, Cell[Number]]
    day: date | None = None
    post_id: str | None = None

    def value(self, name: str) -> Number | None:
        return self.cells[name].value if name in self.cells else None


Of = Callable[[Unit], Number | None]
Measure = Callable[[Sequence[Unit]], Cell[Number]]

_SHOWN = 4


def of(name: str) -> Of:
    return lambda unit: unit.value(name)


def one(_: Unit) -> Number:
    return 1


def engagement(unit: Unit) -> Number | None:
    """Unknown as soon as one of the three is."""
    parts = [unit.value(name) for name in ("likes", "comments", "shares")]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def count(units: Sequence[Unit]) -> Cell[Number]:
    return Cell(len(units), _told(units))


def counted(which: Of) -> Measure:
    return lambda units: Cell(sum(which(unit) is not None for unit in units), _told(units))


def summed(name: str) -> Measure:
    """Unknown parts are left out; where none is known the sum is unknown, not 0."""

    def measure(units: Sequence[Unit]) -> Cell[Number]:
        known = [unit for unit in units if unit.value(name) is not None]
        return Cell(sum(_values(known, of(name))) if known else None, _told(known or units, name))

    return measure


def together(*names: str) -> Measure:
    """Each summed for itself, then added; unknown as soon as one of the sums is."""

    def measure(units: Sequence[Unit]) -> Cell[Number]:
        sums = {name: summed(name)(units) for name in names}
        known = [cell.value for cell in sums.values() if cell.value is not None]
        taken = " + ".join(f"{name} {cell.value} ({cell.taken})" for name, cell in sums.items())
        return Cell(sum(known) if len(known) == len(names) else None, taken)

    return measure


def last(name: str) -> Measure:
    """Of each account the last day that has a value, added up over accounts."""

    def measure(units: Sequence[Unit]) -> Cell[Number]:
        newest: dict[str, Unit] = {}
        for unit in sorted(units, key=lambda unit: unit.day or date.min):
            if unit.value(name) is not None:
                newest[unit.account_id] = unit
        return summed(name)(list(newest.values()) or units)

    return measure


def ratio(upper: Of, lower: Of) -> Measure:
    """Sum over sum, of the rows that have both; unknown where the lower sum is 0."""

    def measure(units: Sequence[Unit]) -> Cell[Number]:
        both = [unit for unit in units if upper(unit) is not None and lower(unit) is not None]
        below = sum(_values(both, lower))
        return Cell(sum(_values(both, upper)) / below if below else None, _told(both))

    return measure


def weighted(name: str, weight: str) -> Measure:
    def times(unit: Unit) -> Number | None:
        value, heavy = unit.value(name), unit.value(weight)
        return None if value is None or heavy is None else value * heavy

    def weighs(unit: Unit) -> Number | None:
        return None if unit.value(name) is None else unit.value(weight)

    return ratio(times, weighs)


def mean(name: str) -> Measure:
    return ratio(of(name), lambda unit: None if unit.value(name) is None else 1)


def median(which: Of) -> Measure:
    def measure(units: Sequence[Unit]) -> Cell[Number]:
        known = _values(units, which)
        return Cell(float(middle(known)) if known else None, _told(units))

    return measure


POSTS_SUMS = {
    "post_video_views": "video_views",
    "video_views": "video_views",
    "post_likes": "likes",
    "applause": "likes",
    "post_comments": "comments",
    "conversation": "comments",
    "post_shares": "shares",
    "amplification": "shares",
    "favorites": "favorites",
    "sum_of_post_reach": "reach",
    "post_total_play_time": "total_time_watched",
    "post_new_followers": "new_followers",
    "post_profile_views": "profile_views",
}
_ENGAGEMENT = together("likes", "comments", "shares")

PUBLISHED: dict[str, Measure] = {
    **{slug: summed(name) for slug, name in POSTS_SUMS.items()},
    "published_posts": count,
    "posts_with_engagement": counted(engagement),
    "engagement": _ENGAGEMENT,
    "engagement_per_post": ratio(engagement, one),
    "median_engagement_per_post": median(engagement),
    "engagement_rate_by_views": ratio(engagement, of("video_views")),
    "engagement_rate_by_reach": ratio(engagement, of("reach")),
    "post_completion_rate": weighted("full_video_watched_rate", "video_views"),
    "post_average_watch_time": ratio(of("total_time_watched"), of("video_views")),
    "post_video_length": mean("video_duration"),
}

# Of one post: its own figures, whatever else is known of it.
OF_ONE_POST: dict[str, Measure] = {
    **PUBLISHED,
    "post_reach": summed("reach"),
    "post_completion_rate": summed("full_video_watched_rate"),
}

# Of days of accounts.
ACTIVITY: dict[str, Measure] = {
    "followers": last("followers"),
    "net_followers": summed("net_followers"),
    "new_followers": summed("daily_new_followers"),
    "lost_followers": summed("daily_lost_followers"),
    "video_views": summed("video_views"),
    "applause": summed("likes"),
    "conversation": summed("comments"),
    "amplification": summed("shares"),
    "engagement": _ENGAGEMENT,
    "engagement_rate_by_views": ratio(engagement, of("video_views")),
    "engagement_rate_by_reach": ratio(engagement, of("unique_video_views")),
    "engagement_rate_by_followers": ratio(engagement, of("followers")),
    "profile_views": summed("profile_views"),
    "bio_link_clicks": summed("bio_link_clicks"),
    "email_clicks": summed("email_clicks"),
    "phone_number_clicks": summed("phone_number_clicks"),
    "address_clicks": summed("address_clicks"),
    "app_download_clicks": summed("app_download_clicks"),
    "lead_submissions": summed("lead_submissions"),
}

# Of days of posts: what they gained.
GROWTH: dict[str, Measure] = {
    **{slug: summed(name) for slug, name in POSTS_SUMS.items()},
    "engagement": _ENGAGEMENT,
    "engagement_rate_by_views": ratio(engagement, of("video_views")),
    "engagement_rate_by_reach": ratio(engagement, of("reach")),
    "post_average_watch_time": ratio(of("total_time_watched"), of("video_views")),
}


def _values(units: Sequence[Unit], which: Of) -> list[Number]:
    return [value for unit in units if (value := which(unit)) is not None]


def _told(units: Sequence[Unit], name: str = "") -> str:
    """The first few rows behind a number, and how many there are."""
    parts = (unit.post_id or f"{unit.account_id} {unit.day or ''}".strip() for unit in units)
    if name:
        parts = (f"{unit.account_id}: {unit.cells[name].taken}" for unit in units if name in unit.cells)
    shown = "; ".join(islice(parts, _SHOWN))
    return f"{shown} … of {len(units)} rows" if len(units) > _SHOWN else shown or "no observation gives it"
