"""A free question: any metrics by any dimensions the catalog allows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from common.catalog import Attribution, Dimension, Metric, Widget, catalog
from query_api.domain.asking import Asked, Wanted, wanted_of
from query_api.domain.columns import columns_of
from query_api.domain.errors import BadInput
from query_api.domain.planning import NEEDS_POST, OF_AN_AUDIENCE, OF_ITEMS
from query_api.domain.served import served_widgets

MOST_METRICS, MOST_DIMENSIONS = 50, 10

# What each post has one of: beside the post it tells no further rows apart.
_OF_EACH_POST = NEEDS_POST | {"format", "video_length_band"}
# A breakdown is told by its items, and where it belongs to one post by that post.
_BESIDE_ITEMS = {"traffic_source": frozenset(), "second": frozenset({"post_id"})}
# Dimension → the filter of that name.
_FILTERS = {"label": "labels", "plan": "plans", "format": "formats", "post_id": "posts", "hashtag": "hashtags"}
_LISTED = {"metrics": "GET /v1/metrics lists what there is", "dimensions": "GET /v1/schema lists what there is"}

Row = TypeVar("Row", Metric, Dimension)


def wanted_of_query(
    metrics: Sequence[str], dimensions: Sequence[str], *, known: Mapping[str, Metric] | None = None
) -> Wanted:
    """Metrics by dimensions, both by slug; `known` are the metrics there are, the catalog's unless given."""
    chosen = chosen_metrics(metrics, catalog().metrics if known is None else known)
    named = _chosen("dimensions", dimensions, catalog().dimensions, most=MOST_DIMENSIONS)
    rows, attributes = _told_apart(named)
    _check(tuple(one.slug for one in named))
    return Wanted(metrics=chosen, dimensions=rows, attributes=attributes, sort=_usual_order(chosen, rows))


def wanted_of_widget(
    widget: Widget, attribution: Attribution | None, metrics: Sequence[str], *, known: Mapping[str, Metric]
) -> Wanted:
    """What the widget shows, with metrics that somebody chose for it."""
    if not widget.any_metric:
        free = ", ".join(slug for slug, one in served_widgets().items() if one.any_metric)
        raise BadInput("metrics", f"those of {widget.name} are always the same", f"choose them for one of {free}")
    chosen = chosen_metrics(metrics, known)
    usual = wanted_of(widget, attribution)
    columns = columns_of((*usual.dimensions, *usual.attributes, *chosen))
    is_shown = usual.sort.removeprefix("-") in {column.name for column in columns}
    sort = usual.sort if is_shown else f"-{chosen[0].slug}"
    return replace(usual, metrics=chosen, sort=sort, lenient=False)


def chosen_metrics(slugs: Sequence[str], known: Mapping[str, Metric]) -> tuple[Metric, ...]:
    if not slugs:
        raise BadInput("metrics", "there is none", "name at least one; GET /v1/metrics lists them")
    return _chosen("metrics", slugs, known, most=MOST_METRICS)


def _chosen(what: str, slugs: Sequence[str], known: Mapping[str, Row], *, most: int) -> tuple[Row, ...]:
    if len(slugs) > most:
        raise BadInput(what, f"there are {len(slugs)}, the most is {most}", "ask for fewer at once")
    if unknown := [slug for slug in slugs if slug not in known]:
        raise BadInput(what, f"there is no {unknown[0][:40]!r}", _LISTED[what])
    return tuple(known[slug] for slug in dict.fromkeys(slugs))


def _told_apart(named: Sequence[Dimension]) -> tuple[tuple[Dimension, ...], tuple[Dimension, ...]]:
    """What rows are told apart by, and what they are only shown with."""
    slugs = {one.slug for one in named}
    if "post_id" not in slugs or not OF_ITEMS.isdisjoint(slugs):
        return tuple(named), ()
    rows = tuple(one for one in named if one.slug not in _OF_EACH_POST)
    # The same post may be collected through two accounts.
    account = () if "account_id" in slugs else (catalog().dimensions["account_id"],)
    return (*account, *rows), tuple(one for one in named if one.slug in _OF_EACH_POST)


def _check(slugs: Sequence[str]) -> None:
    if "post_id" not in slugs and (alone := NEEDS_POST.intersection(slugs)):
        _refuse(slugs, sorted(alone)[0], "it is shown beside a post only; add Post")
    for one in OF_AN_AUDIENCE.intersection(slugs):
        if len(slugs) > 1:
            _refuse(slugs, one, "TikTok tells one breakdown of an audience at a time; ask for it alone")
    for one, beside in _BESIDE_ITEMS.items():
        if one in slugs and set(slugs) - {one} != beside:
            _refuse(slugs, one, f"its items are told {'by Post and Second' if beside else 'alone'}")


def _refuse(slugs: Sequence[str], slug: str, why: str) -> None:
    names = catalog().dimensions
    others = ", ".join(names[one].name for one in slugs if one != slug) or "nothing else"
    raise BadInput("dimensions", f"{names[slug].name} with {others}: {why}", "GET /v1/schema tells what goes together")


def _usual_order(metrics: Sequence[Metric], rows: Sequence[Dimension]) -> str:
    """In time where rows are of times, else the largest first."""
    times = [one.slug for one in rows if one.slug in ("day", "week", "month", "hour", "weekday", "second")]
    return times[0] if times else f"-{metrics[0].slug}"


def narrowed(asked: Asked, filters: Mapping[str, Sequence[str]]) -> Asked:
    """With filters by dimension beside those that have parameters of their own."""
    for dimension, values in filters.items():
        asked = _narrowed(asked, dimension, tuple(values))
    return asked


def _narrowed(asked: Asked, dimension: str, values: tuple[str, ...]) -> Asked:
    if dimension == "account_id":
        _once(asked.accounts, dimension)
        return replace(asked, accounts=values)
    name = "channels" if dimension == "channel" else _FILTERS.get(dimension)
    if name is None:
        choice = ", ".join(("account_id", "channel", *_FILTERS))
        raise BadInput("filters", f"nothing is filtered by {dimension[:40]!r}", f"use one of {choice}")
    _once(getattr(asked.filters, name), dimension)
    return replace(asked, filters=asked.filters.narrowed(name, values))


def _once(given: object, dimension: str) -> None:
    if given is not None:
        raise BadInput("filters", f"{dimension} is filtered twice", "give it once")
