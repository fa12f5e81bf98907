"""The catalog as one thing: its rows by slug, and what follows from them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from common.catalog.measures import Formula, Measure, Part, Term, Total, Unique, metrics_read
from common.catalog.model import Attribution, Dimension, Field, Grain, Impossible, Metric, Rollup, Switch, Widget

# The rollups the warehouse renders widget views over.
HAS_VIEW = frozenset(set(Rollup) - {Rollup.BENCHMARK})

# Where figures by an attribution are found, unless a widget says otherwise.
_USUAL = {Attribution.ACTIVITY: Rollup.ACCOUNT_DAY, Attribution.PUBLISHED: Rollup.POST_LATEST}

# What tells the rows of a rollup apart.
ROW_KEYS = {
    Rollup.ACCOUNT_DAY: frozenset({"account_id", "day"}),
    Rollup.POST_LATEST: frozenset({"account_id", "post_id"}),
    Rollup.POST_DAY: frozenset({"account_id", "post_id", "day"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Every row by its slug, in the order declared."""

    fields: tuple[Field, ...]
    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension]
    widgets: Mapping[str, Widget]
    impossible: tuple[Impossible, ...]

    def fields_of(self, grain: Grain) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.grain is grain)

    def columns(self, widget: Widget) -> tuple[Dimension | Metric, ...]:
        """The columns of a widget's answer, in order."""
        dimensions = (self.dimensions[slug] for slug in (*widget.by, *widget.attributes))
        return (*dimensions, *(self.metrics[slug] for slug in widget.metrics))

    def forms(self) -> Iterator[Widget]:
        """Every widget, and behind it what it becomes when it is switched to activity."""
        for widget in self.widgets.values():
            yield widget
            if widget.switched:
                yield by_activity(widget, widget.switched)

    def viewed(self) -> tuple[Widget, ...]:
        """The widgets, in all their forms, whose view the warehouse has; of the others the rollup is still to come."""
        return tuple(widget for widget in self.forms() if widget.rollup in HAS_VIEW)

    def refusal(self, metric: Metric, dimension: Dimension, *, beside: Collection[str] = ()) -> str | None:
        """Why `metric` cannot be told by `dimension`, on rows that also have those in `beside`; None if it can."""
        on_row = {dimension.slug, *beside}
        for row in self.impossible:
            if dimension.slug in row.dimensions and _concerns(row, metric) and not _lifted(row, on_row):
                return row.reason.format(metric=metric.name, dimension=dimension.name)
        return None

    def alone(self, metric: Metric, rollup: Rollup) -> Iterator[tuple[Metric, Unique | Part]]:
        """What `metric` adds up that adds up over nothing: figures of people, items of a breakdown."""
        measure = figures(metric, rollup)[1]
        match measure:
            case Unique() | Part():
                yield metric, measure
            case Total() | Formula() | Term():
                for slug in metrics_read(measure):
                    yield from self.alone(self.metrics[slug], rollup) if slug in self.metrics else ()
            case _:
                return


def _concerns(row: Impossible, metric: Metric) -> bool:
    named = not _slugs(metric).isdisjoint(row.metrics) if row.metrics else metric.slug not in row.besides
    return named and (row.lacking is None or _measure(metric, row.lacking) is None)


def _slugs(metric: Metric) -> set[str]:
    """Its own, and those a formula names: what nobody can tell of these, nobody can of the formula."""
    formulas = (one for one in (metric.activity, metric.published, metric.growth) if isinstance(one, Formula | Term))
    return {metric.slug, *(slug for one in formulas for slug in metrics_read(one))}


def _lifted(row: Impossible, on_row: set[str]) -> bool:
    return bool(row.unless) and on_row.issuperset(row.unless)


def by_activity(widget: Widget, switch: Switch) -> Widget:
    """The widget switched: what happened in the range, instead of what the posts of the range have."""
    return replace(
        widget,
        slug=f"{widget.slug}_activity",
        shows=switch.shows,
        attribution=Attribution.ACTIVITY,
        rollup=switch.rollup,
        metrics=switch.metrics,
        switched=None,
    )


def measure_of(metric: Metric, attribution: Attribution) -> Measure:
    """How `metric` is computed under `attribution`; `ValueError` where it has no meaning there."""
    return measure_over(metric, _USUAL[attribution])


def measure_over(metric: Metric, rollup: Rollup) -> Measure:
    """How `metric` is computed from rows of `rollup`; `ValueError` where it has no meaning there."""
    name, measure = figures(metric, rollup)
    if measure is None:
        raise ValueError(f"metric {metric.slug} has no figures by {name}")
    return measure


def rollup_of(metric: Metric, widget: Widget) -> Rollup:
    """The widget's rollup; on a scorecard the other attribution's where the metric has no figures in this one."""
    own = attribution_of(metric, widget)
    return widget.rollup if own is widget.attribution else _USUAL[own]


def attribution_of(metric: Metric, widget: Widget) -> Attribution:
    """The widget's attribution; on a scorecard the other one where the metric has no figures by it."""
    if widget.by or _measure(metric, widget.attribution) is not None:
        return widget.attribution
    (other,) = set(Attribution) - {widget.attribution}
    return other


def _measure(metric: Metric, attribution: Attribution) -> Measure | None:
    return figures(metric, _USUAL[attribution])[1]


def figures(metric: Metric, rollup: Rollup) -> tuple[str, Measure | None]:
    """What figures from rows of `rollup` are called, and how `metric` is computed from them; None where it is not."""
    match rollup:
        case Rollup.ACCOUNT_DAY | Rollup.AUDIENCE_DAY | Rollup.BENCHMARK:
            return "activity", metric.activity
        case Rollup.POST_LATEST | Rollup.POST_BREAKDOWNS:
            return "published", metric.published
        case Rollup.POST_DAY:
            return "growth", metric.growth
        case _:
            assert_never(rollup)
