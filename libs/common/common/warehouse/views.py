"""One parametrised view per widget, rendered from the catalog: whoever has a ClickHouse client sees its numbers.

`SELECT * FROM widget_<slug>(workspace_id = …, accounts = […], from = …, to = …)`; `to` is excluded. ClickHouse refuses
a call without a workspace.
"""

from typing import assert_never

from common.catalog.model import (
    Attribution,
    Count,
    Last,
    Mean,
    Measure,
    Metric,
    PerPost,
    Ratio,
    Sum,
    Total,
    WeightedMean,
    Widget,
)
from common.catalog.registry import Catalog, catalog, measure_of

_DAILY = """
CREATE OR REPLACE VIEW widget_{slug}${{on_cluster}} AS
SELECT
    {columns}
FROM account_day FINAL
WHERE workspace_id = {{workspace_id:UUID}} AND account_id IN {{accounts:Array(UUID)}}
  AND day >= {{from:Date}} AND day < {{to:Date}}
GROUP BY day
ORDER BY day WITH FILL FROM {{from:Date}} TO {{to:Date}} STEP 1
"""

_PER_POST = """
CREATE OR REPLACE VIEW widget_{slug}${{on_cluster}} AS
SELECT
    {columns}
FROM post_latest FINAL
WHERE workspace_id = {{workspace_id:UUID}} AND account_id IN {{accounts:Array(UUID)}}
  AND published_at >= {{from:Date}} AND published_at < {{to:Date}}
"""


def view_name(widget: Widget) -> str:
    return f"widget_{widget.slug}"


def view_statements() -> tuple[str, ...]:
    """`CREATE OR REPLACE VIEW` for every widget, with the placement still to be filled in."""
    return tuple(_view(catalog(), widget) for widget in catalog().widgets.values())


def _view(rows: Catalog, widget: Widget) -> str:
    per_post = "post_id" in widget.by
    template = _PER_POST if per_post else _DAILY
    dimensions = [*widget.by, *widget.attributes]
    metrics = [f"{_sql(rows, rows.metrics[slug], widget.attribution, per_post)} AS {slug}" for slug in widget.metrics]
    return template.format(slug=widget.slug, columns=",\n    ".join([*dimensions, *metrics]))


def _sql(rows: Catalog, metric: Metric, attribution: Attribution, per_post: bool) -> str:
    measure = measure_of(metric, attribution)
    if isinstance(measure, Total):
        parts = (_sql(rows, rows.metrics[slug], attribution, per_post) for slug in measure.metrics)
        return f"({' + '.join(parts)})"
    return _of_one_post(measure) if per_post else _over_rows(measure)


def _of_one_post(measure: Measure) -> str:
    """The measure of a single row of `post_latest`."""
    match measure:
        case Count():
            return "1"
        case Sum(field) | Last(field) | Mean(field) | PerPost(field) | WeightedMean(field, _):
            return f"post_latest.{field}"
        case Ratio(numerator, denominator):
            return f"post_latest.{numerator} / nullIf(post_latest.{denominator}, 0)"
        case Total():
            raise ValueError("a total is rendered from its parts")
        case _:
            assert_never(measure)


def _over_rows(measure: Measure) -> str:
    """The measure over many rows: null where no row has a value, the sum of the known ones where some have."""
    match measure:
        case Count():
            return "count()"
        case Sum(field) | Last(field):
            return f"sum(account_day.{field})"
        case Mean(field):
            return f"avg(account_day.{field})"
        case Ratio(numerator, denominator):
            known = f"isNotNull({numerator}) AND isNotNull({denominator})"
            return f"sumIf({numerator}, {known}) / nullIf(sumIf({denominator}, {known}), 0)"
        case WeightedMean(field, weight):
            known = f"isNotNull({field}) AND isNotNull({weight})"
            return f"sumIf({field} * {weight}, {known}) / nullIf(sumIf({weight}, {known}), 0)"
        case PerPost(field):
            raise ValueError(f"{field} does not add up over posts")
        case Total():
            raise ValueError("a total is rendered from its parts")
        case _:
            assert_never(measure)
