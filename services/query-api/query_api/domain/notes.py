"""What a reader must know beside the numbers, said in the answer itself."""

from collections.abc import Iterator

from common.catalog import Attribution
from common.catalog.measures import Last
from common.catalog.rows import figures
from query_api.domain.coverage import Coverage
from query_api.domain.planning import attribution_of
from query_api.domain.question import Question

NO_ACCOUNTS = "There is no account to show: connect one, or ask with a key that may read one."
PARTIAL = "Where an account has no value, a sum holds the others' only; coverage lists where."

_OF_METRICS = {
    ("video_views", Attribution.ACTIVITY): "Video views are organic and paid ones together.",
    ("post_video_views", Attribution.PUBLISHED): "Post video views are organic and paid ones together.",
    ("applause", Attribution.ACTIVITY): "Likes of a day are gross: a like taken back later is still counted.",
    ("post_likes", Attribution.PUBLISHED): "Likes of a post are net: a like taken back is no longer counted.",
    ("post_reach", Attribution.PUBLISHED): "Reach is of each post alone: viewers of two posts would count twice.",
}


def notes(question: Question, covered: Coverage) -> tuple[str, ...]:
    return tuple(_notes(question, covered))


def _notes(question: Question, covered: Coverage) -> Iterator[str]:
    if not question.accounts:
        yield NO_ACCOUNTS
    if len(question.accounts) > 1 and covered.ranges:
        yield PARTIAL
    for reading in question.readings:
        for metric in reading.metrics:
            if note := _OF_METRICS.get((metric.slug, attribution_of(reading.rollup))):
                yield note
            if isinstance(figures(metric, reading.rollup)[1], Last):
                yield f"The total of {metric.slug} is its last known value in the range; days are never added up."
