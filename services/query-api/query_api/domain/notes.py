"""What a reader must know beside the numbers, said in the answer itself."""

from collections.abc import Iterator, Mapping

from common.catalog import Attribution, Metric, Rollup, Unit, catalog
from common.catalog.measures import Formula, Last, Ratio, Unique, metrics_read
from common.catalog.rows import figures
from query_api.domain.coverage import Coverage
from query_api.domain.planning import OF_AN_AUDIENCE, attribution_of
from query_api.domain.question import OWN_DAYS, Question

NO_ACCOUNTS = "There is no account to show: connect one, or ask with a key that may read one."
PARTIAL = "Where an account has no value, a sum holds the others' only; coverage lists where."
SHARES = (
    "TikTok gives shares of the larger places and groups only, of two days before: the rows sum to less than all "
    "followers, so there is no total."
)
TWO_CLOCKS = "Days of activity are UTC's, days of publishing those of {timezone}; a row of a day has both."
# Of so many posts a median begins to say something.
FEW_POSTS = 3
FEW = f"A median of fewer than {FEW_POSTS} posts says little: posts_with_engagement tells of how many each is."
GROWTH = "What posts of any age gained in the range; growth over several days is spread over them and marked estimated."

_ACTIVITY, _PUBLISHED = Attribution.ACTIVITY, Attribution.PUBLISHED
_OF_METRICS: Mapping[tuple[str, Attribution], str] = {
    ("video_views", _ACTIVITY): "Video views are organic and paid ones together.",
    ("video_views", _PUBLISHED): "Video views are organic and paid ones together.",
    ("post_video_views", _PUBLISHED): "Post video views are organic and paid ones together.",
    ("post_video_views", _ACTIVITY): "Post video views are organic and paid ones together.",
    ("applause", _ACTIVITY): "Likes of a day are gross: a like taken back later is still counted.",
    ("applause", _PUBLISHED): "Likes of a post are net: a like taken back is no longer counted.",
    ("post_likes", _PUBLISHED): "Likes of a post are net: a like taken back is no longer counted.",
    ("post_likes", _ACTIVITY): "Likes of a post are net: a like taken back is taken off what it gained.",
    ("sum_of_post_reach", _PUBLISHED): "Sum of Post Reach counts who saw two posts twice; it is no count of people.",
}
_SEVERAL = {
    "label": "A post with two labels counts in both rows, and once in the totals; posts without are in neither.",
    "plan": "A post in two plans counts in both rows, and once in the totals; posts without are in neither.",
    "hashtag": "A post with two hashtags counts in both rows, and once in the totals; posts without are in neither.",
}


def notes(question: Question, covered: Coverage) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_notes(question, covered)))


def _notes(question: Question, covered: Coverage) -> Iterator[str]:
    if not question.accounts:
        yield NO_ACCOUNTS
    if len(question.accounts) > 1 and covered.ranges:
        yield PARTIAL
    yield from (f"Left out: {reason}" for reason in question.left_out)
    yield from _of_rows(question)
    for reading in question.readings:
        for metric in reading.metrics:
            yield from _of_metric(metric, reading.rollup)
            yield from _of_parts(metric, reading.rollup)


def _of_rows(question: Question) -> Iterator[str]:
    yield from (_SEVERAL[slug] for slug in question.told_by if slug in _SEVERAL)
    if OF_AN_AUDIENCE.intersection(question.told_by) - {"active_hour"}:
        yield SHARES
    if question.slots:
        yield FEW
    rollups = {reading.rollup for reading in question.readings}
    if Rollup.POST_DAY in rollups:
        yield GROWTH
    if rollups & OWN_DAYS and rollups - OWN_DAYS and question.timezone != "UTC":
        yield TWO_CLOCKS.format(timezone=question.timezone)


def _of_metric(metric: Metric, rollup: Rollup) -> Iterator[str]:
    if note := _OF_METRICS.get((metric.slug, attribution_of(rollup))):
        yield note
    match figures(metric, rollup)[1]:
        case Last() if rollup is Rollup.ACCOUNT_DAY:
            yield f"The total of {metric.slug} is its last known value in the range; days are never added up."
        case Unique():
            yield f"{metric.name} counts people, who would count twice in a sum: it has no total."
        case Ratio() if metric.unit is Unit.SHARE:
            yield f"{metric.name} of several rows divides their sums; rates are never averaged."
        case Formula():
            yield f"{metric.name} of several rows works its formula out on the sums of its parts."
        case _:
            pass


def _of_parts(metric: Metric, rollup: Rollup) -> Iterator[str]:
    """What is to be known of a formula's parts is to be known of the formula."""
    match figures(metric, rollup)[1]:
        case Formula() as formula:
            for slug in metrics_read(formula):
                yield from _of_metric(catalog().metrics[slug], rollup)
        case _:
            pass
