"""The catalog as JSON, for readers that are not Python."""

from dataclasses import asdict

from common.catalog.measures import Measure
from common.catalog.rows import HAS_VIEW, Catalog


def exported(rows: Catalog) -> dict[str, list[dict[str, object]]]:
    return {
        "fields": [asdict(field) for field in rows.fields],
        "metrics": [
            {
                **asdict(metric),
                "activity": _measure(metric.activity),
                "published": _measure(metric.published),
                "growth": _measure(metric.growth),
                "current": _measure(metric.current),
            }
            for metric in rows.metrics.values()
        ],
        "dimensions": [asdict(dimension) for dimension in rows.dimensions.values()],
        "widgets": [
            {**asdict(widget), "shape": widget.shape, "has_view": widget.rollup in HAS_VIEW}
            for widget in rows.widgets.values()
        ],
        "impossible": [asdict(row) for row in rows.impossible],
    }


def named(rows: Catalog) -> dict[str, dict[str, str | None]]:
    """How each metric is called by us and by TikTok: all that the page must know before an answer comes."""
    return {slug: {"name": metric.name, "tiktok": metric.tiktok_name} for slug, metric in rows.metrics.items()}


def _measure(measure: Measure | None) -> dict[str, object] | None:
    return None if measure is None else {"measure": type(measure).__name__, **asdict(measure)}
