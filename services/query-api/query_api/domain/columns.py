"""The columns of a widget's answer, as the catalog declares them."""

from dataclasses import dataclass
from enum import StrEnum

from common.catalog import Kind, Metric, Unit, Widget, catalog


class Role(StrEnum):
    DIMENSION = "dimension"
    METRIC = "metric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    kind: Kind
    unit: Unit | None
    role: Role


def columns_of(widget: Widget) -> tuple[Column, ...]:
    return tuple(
        Column(name=row.slug, kind=row.kind, unit=row.unit, role=Role.METRIC)
        if isinstance(row, Metric)
        else Column(name=row.slug, kind=row.kind, unit=None, role=Role.DIMENSION)
        for row in catalog().columns(widget)
    )


def metrics_of(widget: Widget) -> tuple[Metric, ...]:
    return tuple(catalog().metrics[slug] for slug in widget.metrics)
