"""What a formula over metrics is, worked out row by row in Python from the rules, and nothing of ours."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from common.catalog.formulas import Expression, MetricRef, Negate, Number, Operation, Sign, refs

Value = float | None
Row = Mapping[str, object]
Over = Callable[[Sequence[Row]], Value]


@dataclass(frozen=True)
class Leaf:
    """A metric: the columns it needs, its value of one row, and its value over rows that have these columns."""

    needs: tuple[str, ...]
    of_row: Callable[[Row], Value]
    over: Over


def number(row: Row, column: str) -> float:
    value = row[column]
    assert isinstance(value, int | float)
    return float(value)


def total(*columns: str) -> Leaf:
    def of_row(row: Row) -> Value:
        return sum(number(row, column) for column in columns)

    return Leaf(columns, of_row, lambda rows: sum(of_row(row) or 0.0 for row in rows) if rows else None)


def last(column: str) -> Leaf:
    """The value of each account's last day, added up over accounts."""

    def over(rows: Sequence[Row]) -> Value:
        newest: dict[object, Row] = {}
        for row in sorted(rows, key=lambda row: str(row["day"])):
            newest[row["account_id"]] = row
        return sum(number(row, column) for row in newest.values()) if rows else None

    return Leaf((column,), lambda row: number(row, column), over)


def ratio(upper: Leaf, lower: Leaf) -> Leaf:
    def summed(rows: Sequence[Row], leaf: Leaf) -> float:
        return sum(leaf.of_row(row) or 0.0 for row in rows)

    def over(rows: Sequence[Row]) -> Value:
        return divided(summed(rows, upper), summed(rows, lower)) if rows else None

    return Leaf((*upper.needs, *lower.needs), lambda row: over([row]), over)


def weighted(column: str, weight: str) -> Leaf:
    def over(rows: Sequence[Row]) -> Value:
        weights = sum(number(row, weight) for row in rows)
        return divided(sum(number(row, column) * number(row, weight) for row in rows), weights) if rows else None

    return Leaf((column, weight), lambda row: number(row, column), over)


def mean(column: str) -> Leaf:
    return Leaf(
        (column,),
        lambda row: number(row, column),
        lambda rows: sum(number(row, column) for row in rows) / len(rows) if rows else None,
    )


def middle(of: Leaf) -> Leaf:
    return Leaf(of.needs, of.of_row, lambda rows: median(of.of_row(row) or 0.0 for row in rows) if rows else None)


def how_many(*known: str) -> Leaf:
    """Posts; with columns, those that have all of them."""

    def over(rows: Sequence[Row]) -> Value:
        return float(sum(all(row[column] is not None for column in known) for row in rows))

    return Leaf((), lambda row: over([row]), over)


_ENGAGEMENT, _VIEWS = total("likes", "comments", "shares"), total("video_views")
_WATCHED = ratio(total("total_time_watched"), _VIEWS)
DAYS: Mapping[str, Leaf] = {
    "video_views": _VIEWS,
    "applause": total("likes"),
    "engagement": _ENGAGEMENT,
    "net_followers": total("net_followers"),
    "followers": last("followers"),
    "engagement_rate_by_views": ratio(_ENGAGEMENT, _VIEWS),
    "engagement_rate_by_followers": ratio(_ENGAGEMENT, total("followers")),
}
POSTS: Mapping[str, Leaf] = {
    "published_posts": how_many(),
    "posts_with_engagement": how_many("likes", "comments", "shares"),
    "post_video_views": _VIEWS,
    "engagement": _ENGAGEMENT,
    "favorites": total("favorites"),
    "engagement_per_post": ratio(_ENGAGEMENT, Leaf((), lambda _: 1.0, lambda rows: float(len(rows)))),
    "median_engagement_per_post": middle(_ENGAGEMENT),
    "post_completion_rate": weighted("full_video_watched_rate", "video_views"),
    "post_video_length": mean("video_duration"),
    "post_average_watch_time": _WATCHED,
}
GROWTH: Mapping[str, Leaf] = {
    "post_video_views": _VIEWS,
    "engagement": _ENGAGEMENT,
    "post_total_play_time": total("total_time_watched"),
    "post_average_watch_time": _WATCHED,
}

_DOES = {Sign.PLUS: operator.add, Sign.MINUS: operator.sub, Sign.TIMES: operator.mul}


def over_rows(expression: Expression, leaves: Mapping[str, Leaf], rows: Sequence[Row]) -> Value:
    needed = {column for slug in refs(expression) for column in leaves[slug].needs}
    known = [row for row in rows if all(row[column] is not None for column in needed)]
    return finite(worked_out(expression, {slug: leaves[slug].over(known) for slug in refs(expression)}))


def of_row(expression: Expression, leaves: Mapping[str, Leaf], row: Row) -> Value:
    def value(leaf: Leaf) -> Value:
        # A share of a post stands without its weight: this is one post.
        needed = leaf.needs[:1] if leaf is leaves.get("post_completion_rate") else leaf.needs
        return None if any(row[column] is None for column in needed) else leaf.of_row(row)

    return finite(worked_out(expression, {slug: value(leaves[slug]) for slug in refs(expression)}))


def worked_out(expression: Expression, values: Mapping[str, Value]) -> Value:
    match expression:
        case Number(value):
            return value
        case MetricRef(slug):
            return values[slug]
        case Negate(of):
            inner = worked_out(of, values)
            return None if inner is None else -inner
        case Operation(sign, left, right):
            before, behind = worked_out(left, values), worked_out(right, values)
            if before is None or behind is None:
                return None
            return divided(before, behind) if sign is Sign.OVER else float(_DOES[sign](before, behind))


def divided(upper: float, lower: float) -> Value:
    return None if lower == 0 else upper / lower


def finite(value: Value) -> Value:
    return value if value is not None and math.isfinite(value) else None


def grouped(rows: Sequence[Row], column: str) -> Mapping[date, Sequence[Row]]:
    groups: dict[date, list[Row]] = {}
    for row in rows:
        groups.setdefault(date.fromisoformat(str(row[column])[:10]), []).append(row)
    return groups
