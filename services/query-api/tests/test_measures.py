"""What may be added up, and what TikTok asks for each metric."""

from dataclasses import replace

import pytest

from common.catalog import Attribution, catalog
from common.catalog.measures import Formula
from query_api.domain.columns import metrics_of
from query_api.domain.formula import read_formula
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


@pytest.mark.parametrize(
    ("formula", "total"),
    [
        ("applause + 2 * conversation - amplification / 4", SUM),
        ("-(engagement * 0.5)", SUM),
        ("engagement / video_views", NONE),
        ("applause * conversation", NONE),
        ("applause + 1", NONE),
        ("2 / applause", NONE),
        ("followers * 2", NONE),
        ("applause + engagement_rate_by_views", NONE),
    ],
)
def test_a_formula_adds_up_where_the_sum_of_its_rows_is_the_formula_of_their_sums(
    formula: str, total: Totalling
) -> None:
    tree = read_formula(formula, known={slug: slug for slug in METRICS})
    metric = replace(METRICS["engagement"], slug="custom", activity=Formula(tree))
    assert totalling(metric, Attribution.ACTIVITY) is total
