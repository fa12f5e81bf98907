"""The widgets this service answers: those the warehouse has the rows of."""

from collections.abc import Mapping

from common.catalog import Widget, catalog
from common.catalog.rows import HAS_VIEW


def served_widgets() -> Mapping[str, Widget]:
    """By slug, in the catalog's order."""
    return {slug: widget for slug, widget in catalog().widgets.items() if widget.rollup in HAS_VIEW}
