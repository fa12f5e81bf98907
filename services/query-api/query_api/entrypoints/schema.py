"""The schema explorer: what can be asked, by what, what it means, and what cannot be and why."""

from functools import cache

from fastapi import APIRouter

from common.catalog import catalog
from common.catalog.dimensions import VIDEO_LENGTH_BANDS
from query_api.domain.allowed import allowed
from query_api.domain.presets import PRESETS
from query_api.domain.served import served_widgets
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller
from query_api.entrypoints.schemas import (
    DimensionCard,
    ExampleCard,
    MetricCard,
    RefusedCard,
    SchemaAnswer,
    WidgetForm,
)

router = APIRouter(prefix="/v1/schema", tags=["query"])

_EXAMPLES = (
    ExampleCard(
        title="Views and engagement by week, beside the year before",
        query={
            "metrics": ["video_views", "engagement"],
            "dimensions": ["week"],
            "preset": "last_90_days",
            "compare": ["previous_year"],
        },
    ),
    ExampleCard(
        title="Which hashtags work: median engagement per post, videos only",
        query={
            "metrics": ["median_engagement_per_post", "published_posts"],
            "dimensions": ["hashtag"],
            "filters": {"format": ["video"]},
            "sort": "-median_engagement_per_post",
        },
    ),
    ExampleCard(
        title="What posts of any age gained per day, by label",
        query={"metrics": ["post_video_views"], "dimensions": ["day", "label"], "attribution": "activity"},
    ),
)
_VALUES = {
    "channel": ["tiktok"],
    "format": ["video", "photo"],
    "video_length_band": [name for name, _ in VIDEO_LENGTH_BANDS],
}


@router.get(
    "",
    operation_id="get_schema",
    summary="What can be asked, and by what",
    responses=problems.documented(401, 403, 503),
)
async def get_schema(_: Caller) -> SchemaAnswer:
    return _schema()


@cache
def _schema() -> SchemaAnswer:
    return SchemaAnswer(
        metrics=tuple(_metric(slug) for slug in catalog().metrics),
        dimensions=tuple(
            DimensionCard(
                slug=one.slug, name=one.name, type=one.kind, meaning=one.meaning, values=_VALUES.get(one.slug)
            )
            for one in catalog().dimensions.values()
        ),
        widgets=tuple(
            WidgetForm(
                slug=widget.slug,
                dimensions=(*widget.by, *widget.attributes),
                metrics=widget.metrics,
                attribution=widget.attribution,
                by_activity=None if widget.switched is None else widget.switched.metrics,
            )
            for widget in served_widgets().values()
        ),
        presets=tuple(PRESETS),
        examples=_EXAMPLES,
    )


def _metric(slug: str) -> MetricCard:
    metric = catalog().metrics[slug]
    told = allowed(metric)
    return MetricCard(
        slug=slug,
        name=metric.name,
        tiktok_name=metric.tiktok_name,
        meaning=metric.meaning,
        type=metric.kind,
        unit=metric.unit,
        version=metric.version,
        deprecated=metric.deprecated or None,
        dimensions={attribution: slugs for attribution, slugs in told.by.items() if slugs},
        together=told.together,
        refused=tuple(RefusedCard(dimension=one.dimension, reason=one.reason) for one in told.refused),
        caveats=metric.caveats,
        differs=metric.differs,
    )
