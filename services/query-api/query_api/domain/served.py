"""The widgets this service answers: those whose view is there and whose rows it knows to order, total and cover."""

from collections.abc import Mapping

from common.catalog import Rollup, Shape, Widget, catalog

_KNOWN = {(Rollup.ACCOUNT_DAY, Shape.SERIES), (Rollup.POST_LATEST, Shape.POSTS)}


def served_widgets() -> Mapping[str, Widget]:
    """By slug, in the catalog's order."""
    return {widget.slug: widget for widget in catalog().viewed() if (widget.rollup, widget.shape) in _KNOWN}
