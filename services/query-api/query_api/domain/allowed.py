"""By which dimensions each metric can be told, and why not by the others: what the schema says and the planner does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from common.catalog import Attribution, Metric, Rollup, catalog
from common.catalog.measures import Unique
from common.catalog.rows import ROW_KEYS, figures
from query_api.domain import planning
from query_api.domain.planning import NEEDS_POST, Asking
from query_api.domain.querying import wanted_of_query

# A dimension that is told beside others only, and these.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(NEEDS_POST, ("account_id", "post_id")),
    "post_id": ("account_id",),
    "second": ("post_id",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    dimension: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """`refused` are the dimensions that the metric cannot be told by at all."""

    by: Mapping[Attribution, tuple[str, ...]]
    together: tuple[tuple[str, ...], ...]
    """Of people, who must not count twice: dimensions that have to be asked for together."""
    refused: tuple[Refused, ...]


def allowed(metric: Metric) -> Allowed:
    """Of one metric by one dimension, beside what that needs."""
    by = {attribution: tuple(_told(metric, attribution)) for attribution in Attribution}
    possible = {slug for slugs in by.values() for slug in slugs}
    refused = [
        Refused(dimension=slug, reason=str(planning.place(metric, _asking(slug, None))))
        for slug in catalog().dimensions
        if slug not in possible
    ]
    return Allowed(by=by, together=tuple(_together(metric)), refused=tuple(refused))


def _together(metric: Metric) -> Iterator[tuple[str, ...]]:
    for rollup, key in ROW_KEYS.items():
        if isinstance(figures(metric, rollup)[1], Unique):
            yield tuple(sorted(key))


def _told(metric: Metric, attribution: Attribution) -> Iterator[str]:
    for slug in catalog().dimensions:
        if isinstance(planning.place(metric, _asking(slug, attribution)), Rollup):
            yield slug


def _asking(dimension: str, attribution: Attribution | None) -> Asking:
    told = (*_BESIDE.get(dimension, ()), dimension)
    wanted = wanted_of_query([next(iter(catalog().metrics))], told)
    return Asking(
        told_by=tuple(one.slug for one in wanted.dimensions),
        attributes=tuple(one.slug for one in wanted.attributes),
        attribution=attribution,
    )
