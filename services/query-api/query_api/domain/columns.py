"""The columns of an answer, as the catalog declares them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from common.catalog import Dimension, Kind, Metric, Unit, Widget, catalog


class Role(StrEnum):
    DIMENSION = "dimension"
    METRIC = "metric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    kind: Kind
    unit: Unit | None
    role: Role


def columns_of(rows: Iterable[Dimension | Metric]) -> tuple[Column, ...]:
    return tuple(
        Column(name=row.slug, kind=row.kind, unit=row.unit, role=Role.METRIC)
        if isinstance(row, Metric)
        else Column(name=row.slug, kind=row.kind, unit=None, role=Role.DIMENSION)
        for row in rows
    )


def metrics_of(widget: Widget) -> tuple[Metric, ...]:
    """Its own, where nobody chooses others."""
    return tuple(catalog().metrics[slug] for slug in widget.metrics)


def dimensions_of(slugs: Iterable[str]) -> tuple[Dimension, ...]:
    return tuple(catalog().dimensions[slug] for slug in slugs)
