"""What the product can count and show, declared once as rows; everything else derives from it."""

from common.catalog.fields import SCOPES
from common.catalog.model import (
    Attribution,
    ColumnSet,
    Dimension,
    Field,
    Gate,
    Grain,
    Impossible,
    Kind,
    Metric,
    Rollup,
    Shape,
    Switch,
    Unit,
    Widget,
)
from common.catalog.registry import catalog
from common.catalog.rows import Catalog, attribution_of, measure_of, measure_over, rollup_of

__all__ = [
    "SCOPES",
    "Attribution",
    "Catalog",
    "ColumnSet",
    "Dimension",
    "Field",
    "Gate",
    "Grain",
    "Impossible",
    "Kind",
    "Metric",
    "Rollup",
    "Shape",
    "Switch",
    "Unit",
    "Widget",
    "attribution_of",
    "catalog",
    "measure_of",
    "measure_over",
    "rollup_of",
]
