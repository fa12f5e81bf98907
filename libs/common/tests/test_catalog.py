"""The catalog holds together, and refuses what does not."""

import importlib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from common.catalog import (
    Attribution,
    ColumnSet,
    Impossible,
    Kind,
    Metric,
    Rollup,
    Switch,
    Unit,
    Widget,
    attribution_of,
    catalog,
    measure_of,
)
from common.catalog import registry as registry_module
from common.catalog.fields import DERIVED
from common.catalog.measures import Last, Mean, Part, Sum, Total, Unique, fields_read
from common.warehouse.columns import growth_columns


def test_every_widget_column_has_a_name_and_a_kind() -> None:
    for widget in catalog().widgets.values():
        columns = catalog().columns(widget)
        assert len(columns) == len(widget.by) + len(widget.attributes) + len(widget.metrics)
        assert all(column.name and column.kind for column in columns)


def test_breakdowns_name_their_parts_and_single_values_have_none() -> None:
    for field in catalog().fields:
        assert bool(field.parts) == (field.kind is Kind.BREAKDOWN), field.name


def test_a_metric_without_figures_by_an_attribution_says_so() -> None:
    with pytest.raises(ValueError, match="followers has no figures by published"):
        measure_of(catalog().metrics["followers"], Attribution.PUBLISHED)


NAMED = [
    "followers",
    "published_posts",
    "engagement",
    "video_views",
    "applause",
    "conversation",
    "amplification",
    "engagement_per_post",
    "post_video_views",
    "post_video_length",
    "post_likes",
    "post_comments",
    "post_shares",
    "post_reach",
    "post_completion_rate",
    "post_total_play_time",
    "post_average_watch_time",
]
SHOWN = [
    "followers",
    "followers_by_country",
    "published_posts",
    "video_views",
    "post_engagement",
    "average_engagement_per_post",
    "scorecard",
    "channel_explorer",
    "account_explorer",
    "label_explorer",
    "format_explorer",
    "post_explorer",
    "post_gallery",
    "best_performing_day_time_format",
    "post_engagement_by_account",
    "post_engagement_by_channel",
    "post_engagement_by_format",
    "post_engagement_by_label",
    "video_views_by_account",
    "video_views_by_channel",
    "video_views_by_label",
]


def test_the_metrics_and_widgets_users_know_by_name_are_there() -> None:
    assert len(NAMED) == 17
    assert set(NAMED) <= catalog().metrics.keys()
    assert len(SHOWN) == 21
    assert set(SHOWN) <= catalog().widgets.keys()


def test_every_field_that_is_a_number_is_a_metric() -> None:
    """What TikTok counts can be shown; a breakdown by demographics is a dimension of followers."""
    read = {
        field
        for metric in catalog().metrics.values()
        for measure in (metric.activity, metric.published, metric.current)
        if measure
        for field in fields_read(measure)
    }
    read |= {field for fields in DERIVED.values() for column in fields for field in fields[column]}
    numbers = {field.name for field in catalog().fields if field.kind in (Kind.INTEGER, Kind.NUMBER)}
    # Worked out from play time and views instead, so that posts can be put together.
    assert numbers - read == {"average_time_watched"}


WIDGET = Widget(
    slug="odd",
    name="Odd",
    shows="",
    attribution=Attribution.ACTIVITY,
    rollup=Rollup.ACCOUNT_DAY,
    by=("day",),
    metrics=("video_views",),
    sort="day",
)
METRIC = Metric(
    slug="odd",
    name="Odd",
    tiktok_name=None,
    meaning="",
    kind=Kind.INTEGER,
    unit=Unit.COUNT,
    activity=Sum("likes"),
    differs="It is odd.",
)
PAIR = Impossible(dimensions=("city",), metrics=("favorites",), reason="{metric} by {dimension}: no.")
BROKEN: Sequence[tuple[str, Metric | Widget | Impossible, str]] = [
    ("WIDGETS", replace(WIDGET, metrics=("mood",)), "widget odd names what the catalog lacks: mood"),
    ("WIDGETS", replace(WIDGET, by=("mood",)), "widget odd names what the catalog lacks: mood"),
    ("WIDGETS", replace(WIDGET, sort="-likes"), "widget odd is sorted by -likes, which it does not show"),
    ("WIDGETS", replace(WIDGET, metrics=("favorites",)), "widget odd: metric favorites has no figures by activity"),
    (
        "WIDGETS",
        replace(WIDGET, switched=Switch(shows="", rollup=Rollup.POST_DAY, metrics=("video_views", "followers"))),
        "widget odd_activity: metric followers has no figures by growth",
    ),
    (
        "WIDGETS",
        replace(WIDGET, switched=Switch(shows="", rollup=Rollup.POST_LATEST, metrics=("video_views",))),
        "widget odd_activity reads post_latest, which has no figures by activity",
    ),
    ("METRICS", replace(METRIC, growth=Mean("video_duration")), "metric odd has growth of what does not add up"),
    (
        "WIDGETS",
        replace(WIDGET, rollup=Rollup.POST_LATEST),
        "widget odd reads post_latest, which has no figures by activity",
    ),
    ("WIDGETS", replace(WIDGET, metrics=("reached_audience",)), "odd asks for the impossible: Reached Audience by Day"),
    ("METRICS", replace(METRIC, activity=None), "metric odd has no measure"),
    ("METRICS", replace(METRIC, differs=""), "metric odd does not say why it may differ"),
    ("METRICS", replace(METRIC, activity=Sum("mood")), "metric odd names what the catalog lacks: mood"),
    ("METRICS", replace(METRIC, activity=Total(("applause", "mood"))), "metric odd names what the catalog lacks: mood"),
    (
        "METRICS",
        replace(METRIC, activity=Total(("applause", "favorites"))),
        "metric odd: metric favorites has no figures",
    ),
    (
        "METRICS",
        replace(METRIC, shown_in=(ColumnSet.POSTS,)),
        "^metric odd is shown in posts, but has no figures by published$",
    ),
    (
        "METRICS",
        replace(METRIC, published=Sum("likes"), shown_in=(ColumnSet.GROWTH,)),
        "^metric odd is shown in growth, but has no figures by growth$",
    ),
    (
        "METRICS",
        replace(METRIC, activity=None, current=Last("total_likes"), shown_in=(ColumnSet.FIGURES,)),
        "^metric odd is shown in figures, but has no figures by activity or published$",
    ),
    (
        "METRICS",
        replace(METRIC, activity=Unique("likes"), shown_in=(ColumnSet.DAYS,)),
        "^metric odd is shown in days, but counts people by activity, who do not add up over rows$",
    ),
    (
        "METRICS",
        replace(METRIC, published=Total(("post_likes", "post_reach")), shown_in=(ColumnSet.POSTS,)),
        "^metric odd is shown in posts, but counts people by published, who do not add up over rows$",
    ),
    (
        "METRICS",
        replace(METRIC, published=Part("engagement_likes"), shown_in=(ColumnSet.A_POST,)),
        "^metric odd is shown in a_post, but is a breakdown by published, which has widgets of its own$",
    ),
    ("IMPOSSIBLE", replace(PAIR, dimensions=("mood",)), "an impossible pair names what the catalog lacks: mood"),
    ("IMPOSSIBLE", replace(PAIR, metrics=("mood",)), "an impossible pair names what the catalog lacks: mood"),
    ("IMPOSSIBLE", replace(PAIR, reason="no"), "the reason 'no' does not name the pair"),
]


@pytest.mark.parametrize(("table", "row", "problem"), BROKEN)
def test_rows_that_do_not_hold_together_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, table: str, row: object, problem: str
) -> None:
    module = importlib.reload(registry_module)
    monkeypatch.setattr(module, table, (*getattr(module, table), row))
    with pytest.raises(ValueError, match=problem):
        module.catalog()


def test_a_metric_that_breaks_something_is_told_of_once_and_not_by_every_widget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = importlib.reload(registry_module)
    changed = replace(catalog().metrics["post_video_length"], published=None, current=Last("total_likes"))
    rows = (changed if row.slug == changed.slug else row for row in module.METRICS)
    monkeypatch.setattr(module, "METRICS", tuple(rows))
    told = "metric post_video_length is shown in {}, but has no figures by published"
    with pytest.raises(ValueError, match=f"^{told.format('a_post')}; {told.format('posts')}$"):
        module.catalog()


def test_the_rows_they_were_made_of_hold_together(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.reload(registry_module)
    shown = replace(METRIC, published=Unique("likes"), shown_in=(ColumnSet.A_POST, ColumnSet.DAYS, ColumnSet.FIGURES))
    for table, row in (("WIDGETS", WIDGET), ("METRICS", shown), ("IMPOSSIBLE", PAIR)):
        monkeypatch.setattr(module, table, (*getattr(module, table), row))
    assert {WIDGET.slug, METRIC.slug} <= module.catalog().widgets.keys() | module.catalog().metrics.keys()


def refusal(metric: str, dimension: str, *beside: str) -> str | None:
    rows = catalog()
    return rows.refusal(rows.metrics[metric], rows.dimensions[dimension], beside=beside)


@pytest.mark.parametrize(
    ("metric", "dimension", "reason"),
    [
        ("followers", "label", "does not say which post"),
        ("net_followers", "country", "never of those who came or left"),
        ("post_video_views", "age", "nor of a post's growth"),
        ("video_views", "gender", "shares of an account's followers only"),
        ("new_followers", "format", "does not say which post"),
        ("post_reach", "account_id", "would count twice; ask by Post"),
        ("engaged_audience", "day", "ask by Account and Day together"),
        ("videos_count", "month", "only its value of this moment"),
        ("retention", "second", "ask by Post and Second"),
    ],
)
def test_an_impossible_pair_is_refused_with_its_names_and_reason(metric: str, dimension: str, reason: str) -> None:
    told = refusal(metric, dimension)
    assert told is not None
    assert told.startswith(f"{catalog().metrics[metric].name} by {catalog().dimensions[dimension].name}: ")
    assert reason in told


def test_possible_pairs_are_not_refused() -> None:
    assert refusal("followers", "country") is None
    assert refusal("followers", "day") is None
    assert refusal("engagement", "label") is None
    assert refusal("sum_of_post_reach", "account_id") is None
    assert refusal("post_reach", "account_id", "post_id") is None
    assert refusal("reached_audience", "day", "account_id") is None
    assert refusal("retention", "second", "post_id") is None


def test_a_scorecard_takes_each_metric_by_an_attribution_it_has() -> None:
    scorecard, metrics = catalog().widgets["scorecard"], catalog().metrics
    assert attribution_of(metrics["engagement"], scorecard) is Attribution.ACTIVITY
    assert attribution_of(metrics["engagement_per_post"], scorecard) is Attribution.PUBLISHED


def test_only_widgets_whose_rollup_is_there_have_a_view() -> None:
    viewed = {widget.slug for widget in catalog().viewed()}
    assert catalog().widgets.keys() - viewed == {"benchmark"}


def test_explorers_of_posts_can_be_switched_to_activity() -> None:
    switched = {widget.slug: widget for widget in catalog().viewed() if widget.slug not in catalog().widgets}
    assert {slug: widget.rollup for slug, widget in switched.items()} == {
        "channel_explorer_activity": Rollup.ACCOUNT_DAY,
        "account_explorer_activity": Rollup.ACCOUNT_DAY,
        "label_explorer_activity": Rollup.POST_DAY,
        "format_explorer_activity": Rollup.POST_DAY,
    }
    assert {widget.attribution for widget in switched.values()} == {Attribution.ACTIVITY}
    # A whole of an explorer, switched or not, can be told; so its metrics add up in one way or another.
    assert {widget.slug for widget in catalog().forms() if widget.totals} == {
        f"{one}_explorer{form}" for one in ("channel", "account", "label", "format") for form in ("", "_activity")
    }


def test_growth_is_of_what_the_warehouse_keeps_growth_of() -> None:
    read = {field for metric in catalog().metrics.values() if metric.growth for field in fields_read(metric.growth)}
    assert read == growth_columns().keys()


def test_the_same_slug_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.reload(registry_module)
    metric = module.METRICS[0]
    monkeypatch.setattr(module, "METRICS", (metric, replace(metric, activity=Sum("likes"))))
    with pytest.raises(ValueError, match="declares metric followers more than once"):
        module.catalog()
