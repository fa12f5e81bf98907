"""SELECTs of what is told by breakdowns, one row an item: audiences, hours of activity, traffic sources, curves.

What the numbers mean over several accounts, days and posts: ADR 9. An item without a number has no row of its own, and
a number is null only where the other number it is made with is not known.
"""

from common.catalog import Attribution, Dimension, Metric, Rollup, catalog, measure_of
from common.catalog.measures import Part
from common.warehouse.selection import Selection
from common.warehouse.sources import rows_in_range

_LAST_LISTS = """SELECT
    {label},
    toInt64(round(sum(share * total))) AS {metric}
FROM (
SELECT share_of.1 AS {label}, share_of.2 AS share, total
FROM (
SELECT account_id, arrayJoin(argMaxIf({field}, day, notEmpty({field}))) AS share_of
{audiences}
GROUP BY account_id
) AS shares
GLOBAL LEFT JOIN (
SELECT account_id, argMax({total}, day) AS total
{days}
GROUP BY account_id
) AS totals USING (account_id)
)
GROUP BY {label}"""

_MEAN_OF_DAYS = """SELECT
    toInt64OrNull(CAST(label, 'String')) AS {label},
    toInt64(round(sum(mean))) AS {metric}
FROM (
SELECT account_id, item.1 AS label, avg(item.2) AS mean
FROM (
SELECT account_id, arrayJoin({field}) AS item
{audiences}
)
GROUP BY account_id, label
)
WHERE isNotNull({label})
GROUP BY {label}"""

_OF_VIEWS = """SELECT
    item.1 AS {label},
    sum(item.2 * weight) / nullIf(any(whole), 0) AS {metric}
FROM (
SELECT weight, whole, arrayJoin(items) AS item
FROM (
SELECT {field} AS items, {weight} AS weight, sum({weight}) OVER () AS whole
{posts}
  AND notEmpty({field}) AND isNotNull({weight})
)
)
GROUP BY {label}"""

_CURVES = """SELECT
    post_id,
    toInt64OrNull(CAST(label, 'String')) AS {label},
    {cells}
FROM (
SELECT post_id, {fields}, arrayJoin(arrayDistinct(arrayConcat({labels}))) AS label
{posts}
)
WHERE isNotNull({label})"""


def of_audience(selection: Selection) -> str:
    (dimension,), (metric,) = _by(selection), _metrics(selection)
    audiences = rows_in_range(Rollup.AUDIENCE_DAY)
    measure = measure_of(metric, Attribution.ACTIVITY)
    if isinstance(measure, Part):
        return _MEAN_OF_DAYS.format(label=dimension.slug, metric=metric.slug, field=measure.field, audiences=audiences)
    return _LAST_LISTS.format(
        label=dimension.slug,
        metric=metric.slug,
        field=dimension.labels_of,
        total=metric.slug,
        audiences=audiences,
        days=rows_in_range(Rollup.ACCOUNT_DAY),
    )


def of_posts(selection: Selection) -> str:
    posts = rows_in_range(Rollup.POST_LATEST, selection.rows)
    *_, dimension = _by(selection)
    parts = {metric.slug: _part(metric) for metric in _metrics(selection)}
    if "post_id" not in selection.dimensions:
        ((slug, part),) = parts.items()
        return _OF_VIEWS.format(label=dimension.slug, metric=slug, field=part.field, weight=part.weight, posts=posts)
    cells = (
        f"if(mapContains({part.field}, label), {part.field}[label], NULL) AS {slug}" for slug, part in parts.items()
    )
    return _CURVES.format(
        label=dimension.slug,
        cells=",\n    ".join(cells),
        fields=", ".join(part.field for part in parts.values()),
        labels=", ".join(f"mapKeys({part.field})" for part in parts.values()),
        posts=posts,
    )


def _by(selection: Selection) -> list[Dimension]:
    return [catalog().dimensions[slug] for slug in selection.dimensions]


def _metrics(selection: Selection) -> list[Metric]:
    return [metric for part in selection.parts for metric in part.metrics]


def _part(metric: Metric) -> Part:
    measure = measure_of(metric, Attribution.PUBLISHED)
    if not isinstance(measure, Part):
        raise ValueError(f"metric {metric.slug} is not told by the items of a post's breakdown")
    return measure
