"""What the product can count and show, declared once as rows; everything else derives from it."""

from common.catalog.fields import SCOPES
from common.catalog.model import Attribution, Dimension, Field, Gate, Grain, Kind, Metric, Unit, Widget
from common.catalog.registry import Catalog, catalog, measure_of

__all__ = [
    "SCOPES",
    "Attribution",
    "Catalog",
    "Dimension",
    "Field",
    "Gate",
    "Grain",
    "Kind",
    "Metric",
    "Unit",
    "Widget",
    "catalog",
    "measure_of",
]
