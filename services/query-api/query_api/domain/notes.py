"""What a reader must know beside the numbers, said in the answer itself."""

from collections.abc import Iterator, Sequence

from common.catalog import Attribution, Widget
from common.events import AccountV1
from query_api.domain.columns import metrics_of
from query_api.domain.coverage import Coverage
from query_api.domain.measures import Totalling, totalling

NO_ACCOUNTS = "There is no account to show: connect one, or ask with a key that may read one."
PARTIAL = "Where an account has no value, a sum holds the others' only; coverage lists where."

_OF_METRICS = {
    ("video_views", Attribution.ACTIVITY): "Video views are organic and paid ones together.",
    ("post_video_views", Attribution.PUBLISHED): "Post video views are organic and paid ones together.",
    ("applause", Attribution.ACTIVITY): "Likes of a day are gross: a like taken back later is still counted.",
    ("post_likes", Attribution.PUBLISHED): "Likes of a post are net: a like taken back is no longer counted.",
    ("post_reach", Attribution.PUBLISHED): "Reach is of each post alone: viewers of two posts would count twice.",
}


def notes(widget: Widget, *, accounts: Sequence[AccountV1], covered: Coverage) -> tuple[str, ...]:
    return tuple(_notes(widget, accounts, covered))


def _notes(widget: Widget, accounts: Sequence[AccountV1], covered: Coverage) -> Iterator[str]:
    if not accounts:
        yield NO_ACCOUNTS
    if len(accounts) > 1 and covered.ranges:
        yield PARTIAL
    for metric in metrics_of(widget):
        if note := _OF_METRICS.get((metric.slug, widget.attribution)):
            yield note
        if totalling(metric, widget.attribution) is Totalling.LAST:
            yield f"The total of {metric.slug} is its last known value in the range; days are never added up."
