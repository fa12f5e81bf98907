"""The catalog as one value: rows by name, checked when it is built."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from common.catalog.dimensions import DIMENSIONS
from common.catalog.fields import FIELDS
from common.catalog.metrics import METRICS
from common.catalog.model import Attribution, Dimension, Field, Grain, Measure, Metric, Total, Widget
from common.catalog.widgets import WIDGETS

Row = TypeVar("Row", Metric, Dimension, Widget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Every row by its slug, in the order declared."""

    fields: tuple[Field, ...]
    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension]
    widgets: Mapping[str, Widget]

    def fields_of(self, grain: Grain) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.grain is grain)

    def columns(self, widget: Widget) -> tuple[Dimension | Metric, ...]:
        """The columns of a widget's answer, in order."""
        dimensions = (self.dimensions[slug] for slug in (*widget.by, *widget.attributes))
        return (*dimensions, *(self.metrics[slug] for slug in widget.metrics))


@cache
def catalog() -> Catalog:
    """The one catalog; raises `ValueError` naming the row when the declarations do not hold together."""
    built = Catalog(
        fields=FIELDS,
        metrics=_by_slug(METRICS),
        dimensions=_by_slug(DIMENSIONS),
        widgets=_by_slug(WIDGETS),
    )
    _refuse_twins("field", (f"{field.grain}.{field.name}" for field in FIELDS))
    for widget in WIDGETS:
        _check_widget(built, widget)
    return built


def measure_of(metric: Metric, attribution: Attribution) -> Measure:
    """How `metric` is computed under `attribution`; `ValueError` where it has no meaning there."""
    measure = metric.activity if attribution is Attribution.ACTIVITY else metric.published
    if measure is None:
        raise ValueError(f"metric {metric.slug} has no figures by {attribution}")
    return measure


def _by_slug(rows: tuple[Row, ...]) -> Mapping[str, Row]:
    _refuse_twins(type(rows[0]).__name__.lower(), (row.slug for row in rows))
    return MappingProxyType({row.slug: row for row in rows})


def _refuse_twins(what: str, names: Iterable[str]) -> None:
    twins = [name for name, times in Counter(names).items() if times > 1]
    if twins:
        raise ValueError(f"the catalog declares {what} {', '.join(twins)} more than once")


def _check_widget(built: Catalog, widget: Widget) -> None:
    missing = {*widget.by, *widget.attributes} - built.dimensions.keys()
    missing |= set(widget.metrics) - built.metrics.keys()
    if missing:
        raise ValueError(f"widget {widget.slug} names what the catalog lacks: {', '.join(sorted(missing))}")
    for slug in widget.metrics:
        measure = measure_of(built.metrics[slug], widget.attribution)
        if isinstance(measure, Total):
            for part in measure.metrics:
                measure_of(built.metrics[part], widget.attribution)
