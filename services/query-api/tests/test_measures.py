"""What may be added up, and what TikTok asks for each metric."""

from common.catalog import Attribution, catalog
from query_api.domain.columns import metrics_of
from query_api.domain.measures import Totalling, columns_read, need_of, totalling
from query_api.domain.served import served_widgets

METRICS = catalog().metrics
SUM, LAST, NONE = Totalling.SUM, Totalling.LAST, Totalling.NONE


def test_every_widgets_metrics_say_what_their_total_is() -> None:
    found = {
        slug: {metric.slug: totalling(metric, widget.attribution) for metric in metrics_of(widget)}
        for slug, widget in served_widgets().items()
    }
    assert found["followers"] == {
        "followers": LAST,
        "net_followers": SUM,
        "new_followers": SUM,
        "lost_followers": SUM,
    }
    assert set(found["post_engagement"].values()) == {SUM}
    assert {slug for slug, way in found["post_explorer"].items() if way is NONE} == {
        "post_reach",
        "post_completion_rate",
        "post_average_watch_time",
        "post_video_length",
    }


def test_engagement_needs_all_of_its_parts() -> None:
    assert columns_read(METRICS["engagement"], Attribution.ACTIVITY) == ("likes", "comments", "shares")


def test_every_metric_of_a_widget_knows_what_it_needs() -> None:
    for widget in served_widgets().values():
        for metric in metrics_of(widget):
            assert need_of(metric, widget.attribution).scopes, metric.slug
    assert need_of(METRICS["new_followers"], Attribution.ACTIVITY).business
    assert not need_of(METRICS["followers"], Attribution.ACTIVITY).business
