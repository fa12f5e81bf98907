"""The columns of a post's results panel, from the catalog: its figures, its growth by day, its curves and sources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from common.catalog import Metric, Rollup, catalog, measure_over
from common.catalog.coverage import Status
from common.catalog.measures import Count, Median, Part, fields_read, metrics_read
from query_api.domain.columns import Column, Role, metrics_of

# A post's growth is shown from its first day on, and TikTok counts for a year.
MOST_DAYS = 366

Cell = str | int | float | bool | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredDays:
    """Growth of `metrics` on the days from `start` to before `end`."""

    metrics: tuple[str, ...]
    start: date
    end: date
    status: Status


def figures() -> tuple[Metric, ...]:
    """Every metric one post has, the Post Explorer's first."""
    explorer = metrics_of(catalog().widgets["post_explorer"])
    more = (one for one in catalog().metrics.values() if _is_of_one_post(one))
    return _unlike((*explorer, *more), Rollup.POST_LATEST)


def grown() -> tuple[Metric, ...]:
    """Every metric a post gains from day to day, those of posts first."""
    switched = catalog().widgets["label_explorer"].switched
    first = tuple(catalog().metrics[slug] for slug in switched.metrics) if switched else ()
    more = (one for one in catalog().metrics.values() if one.growth)
    return _unlike((*first, *more), Rollup.POST_DAY)


def curves() -> tuple[Metric, ...]:
    return metrics_of(catalog().widgets["retention_curve"])


def sources() -> tuple[Metric, ...]:
    return metrics_of(catalog().widgets["traffic_sources"])


def part_of(metric: Metric) -> str:
    """The field whose items tell the metric."""
    if not isinstance(metric.published, Part):
        raise ValueError(f"metric {metric.slug} is not told by the items of a post's breakdown")
    return metric.published.field


def columns(by: str, metrics: Iterable[Metric]) -> tuple[Column, ...]:
    """The dimension `by`, none where it is empty, then the metrics."""
    dimensions = (catalog().dimensions[slug] for slug in (by,) if slug)
    return (
        *(Column(name=one.slug, kind=one.kind, unit=None, role=Role.DIMENSION) for one in dimensions),
        *(Column(name=one.slug, kind=one.kind, unit=one.unit, role=Role.METRIC) for one in metrics),
    )


def covered(statuses: Mapping[tuple[date, str], Status]) -> tuple[CoveredDays, ...]:
    """Of the metrics in `grown`, the days that are not final; `statuses` by day and field."""
    days = sorted({day for day, _ in statuses})
    runs: dict[tuple[date, date, Status], list[str]] = {}
    for metric in grown():
        told = [(day, _worst(statuses.get((day, field)) for field in _fields(metric))) for day in days]
        for status, run in groupby(told, key=lambda one: one[1]):
            of_run = [day for day, _ in run]
            if status is not None and status is not Status.FINAL:
                runs.setdefault((of_run[0], of_run[-1] + timedelta(days=1), status), []).append(metric.slug)
    return tuple(
        CoveredDays(metrics=tuple(metrics), start=start, end=end, status=status)
        for (start, end, status), metrics in sorted(runs.items())
    )


# What says most about a figure of several fields goes first; all others are holes, told before it.
_GIVEN = (Status.ESTIMATED, Status.IMPORTED, Status.PROVISIONAL, Status.FROZEN, Status.FINAL)


def _worst(statuses: Iterable[Status | None]) -> Status | None:
    told = [status for status in statuses if status is not None]
    return min(told, key=lambda status: _GIVEN.index(status) if status in _GIVEN else -1, default=None)


def _fields(metric: Metric) -> tuple[str, ...]:
    measure = measure_over(metric, Rollup.POST_DAY)
    parts = (_fields(catalog().metrics[slug]) for slug in metrics_read(measure))
    return (*fields_read(measure), *(field for part in parts for field in part))


def _unlike(metrics: Iterable[Metric], rollup: Rollup) -> tuple[Metric, ...]:
    """Without those that are another one under a second name, which is so for a single post."""
    told: dict[tuple[tuple[str, ...], ...], Metric] = {}
    for metric in metrics:
        measure = measure_over(metric, rollup)
        told.setdefault((fields_read(measure), metrics_read(measure)), metric)
    return tuple(told.values())


def _is_of_one_post(metric: Metric) -> bool:
    """And not of how many posts there are, or of their items."""
    if metric.published is None or isinstance(metric.published, (Count, Median, Part)):
        return False
    return all(_is_of_one_post(catalog().metrics[slug]) for slug in metrics_read(metric.published))
