"""The catalog put together, and checked before anybody sees it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from common.catalog.dimensions import DIMENSIONS, IMPOSSIBLE
from common.catalog.fields import FIELDS
from common.catalog.invariants import check
from common.catalog.metrics import METRICS
from common.catalog.model import Dimension, Metric, Widget
from common.catalog.rows import Catalog
from common.catalog.widgets import WIDGETS

Row = TypeVar("Row", Metric, Dimension, Widget)


@cache
def catalog() -> Catalog:
    """The one catalog; raises `ValueError` naming the row when the declarations do not hold together."""
    _refuse_twins("field", (f"{field.grain}.{field.name}" for field in FIELDS))
    built = Catalog(
        fields=FIELDS,
        metrics=_by_slug(METRICS),
        dimensions=_by_slug(DIMENSIONS),
        widgets=_by_slug(WIDGETS),
        impossible=IMPOSSIBLE,
    )
    check(built)
    return built


def _by_slug(rows: tuple[Row, ...]) -> Mapping[str, Row]:
    _refuse_twins(type(rows[0]).__name__.lower(), (row.slug for row in rows))
    return MappingProxyType({row.slug: row for row in rows})


def _refuse_twins(what: str, names: Iterable[str]) -> None:
    twins = [name for name, times in Counter(names).items() if times > 1]
    if twins:
        raise ValueError(f"the catalog declares {what} {', '.join(twins)} more than once")
