"""The catalog as one thing: its rows by slug, and what follows from them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from common.catalog.measures import Measure
from common.catalog.model import Attribution, Dimension, Field, Grain, Impossible, Metric, Rollup, Widget

# The rollups the warehouse renders widget views over.
HAS_VIEW = frozenset({Rollup.ACCOUNT_DAY, Rollup.POST_LATEST})


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

    def viewed(self) -> tuple[Widget, ...]:
        """The widgets whose view the warehouse has; of the others the rollup is still to come."""
        return tuple(widget for widget in self.widgets.values() if widget.rollup in HAS_VIEW)

    def refusal(self, metric: Metric, dimension: Dimension, *, beside: Collection[str] = ()) -> str | None:
        """Why `metric` cannot be told by `dimension`, on rows that also have those in `beside`; None if it can."""
        on_row = {dimension.slug, *beside}
        for row in self.impossible:
            if dimension.slug in row.dimensions and _concerns(row, metric) and not _lifted(row, on_row):
                return row.reason.format(metric=metric.name, dimension=dimension.name)
        return None


def _concerns(row: Impossible, metric: Metric) -> bool:
    named = metric.slug in row.metrics if row.metrics else metric.slug not in row.besides
    return named and (row.lacking is None or _measure(metric, row.lacking) is None)


def _lifted(row: Impossible, on_row: set[str]) -> bool:
    return bool(row.unless) and on_row.issuperset(row.unless)


def measure_of(metric: Metric, attribution: Attribution) -> Measure:
    """How `metric` is computed under `attribution`; `ValueError` where it has no meaning there."""
    measure = _measure(metric, attribution)
    if measure is None:
        raise ValueError(f"metric {metric.slug} has no figures by {attribution}")
    return measure


def attribution_of(metric: Metric, widget: Widget) -> Attribution:
    """The widget's attribution; on a scorecard the other one where the metric has no figures by it."""
    if widget.by or _measure(metric, widget.attribution) is not None:
        return widget.attribution
    (other,) = set(Attribution) - {widget.attribution}
    return other


def _measure(metric: Metric, attribution: Attribution) -> Measure | None:
    return metric.activity if attribution is Attribution.ACTIVITY else metric.published
