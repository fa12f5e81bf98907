"""The rules of dashboards, without anything running."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations, count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.catalog import catalog
from query_api.domain.dashboard import COLUMNS, Dashboard, Filters, Given, GivenWidget, Place
from query_api.domain.dashboard_asking import parameters_of
from query_api.domain.dashboard_changes import (
    filters_of,
    first_id,
    limited_to,
    new_dashboard,
    without_account,
    without_accounts,
)
from query_api.domain.dashboard_layout import check_layout, overlap
from query_api.domain.dashboard_words import Words, check_words, gone, labels_used, metrics_used
from query_api.domain.errors import BadInput
from query_api.domain.tiktok_template import tiktok_template

AT = datetime(2026, 3, 10, tzinfo=UTC)
ONE, OTHER = uuid4(), uuid4()
# Any metric of the catalog does for one of a workspace.
WITH_OWN = {**catalog().metrics, "custom_a": replace(catalog().metrics["engagement"], slug="custom_a")}
# The design's table of widgets.
WIDGETS = {
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
}
places = st.builds(
    lambda x, y, w, h: Place(x=x, y=y, w=min(w, COLUMNS - x), h=h),
    st.integers(0, COLUMNS - 1),
    st.integers(0, 8),
    st.integers(1, COLUMNS),
    st.integers(1, 6),
)


def made(*widgets: dict[str, Any], **filters: object) -> Dashboard:
    numbers = count(1)
    content = {
        "name": "Ours",
        "filters": filters,
        "widgets": [{"place": _row(n)} | one for n, one in enumerate(widgets)],
    }
    return new_dashboard(
        Given.model_validate(content),
        dashboard_id=uuid4(),
        workspace_id=uuid4(),
        by="user:x",
        at=AT,
        new_id=lambda: UUID(int=next(numbers)),
    )


def _row(number: int) -> dict[str, int]:
    return {"x": 0, "y": number, "w": 1, "h": 1}


def test_the_template_has_each_widget_of_the_design_once() -> None:
    content = tiktok_template().content
    assert sorted(str(one.widget) for one in content.widgets) == sorted(WIDGETS)
    assert len(content.widgets) == 21


def test_the_template_leaves_no_hole_and_nothing_overlaps() -> None:
    content = tiktok_template().content
    check_layout(content.widgets)
    check_words(content.widgets, content.filters, Words())
    places = [one.place for one in content.widgets]
    rows = max(place.y + place.h for place in places)
    assert sum(place.w * place.h for place in places) == COLUMNS * rows


def cells(place: Place) -> set[tuple[int, int]]:
    return {(x, y) for x in range(place.x, place.x + place.w) for y in range(place.y, place.y + place.h)}


@given(places, places)
def test_two_widgets_overlap_when_they_share_a_cell(one: Place, other: Place) -> None:
    assert overlap(one, other) == bool(cells(one) & cells(other))


@given(st.lists(places, max_size=5))
def test_a_layout_is_refused_exactly_when_a_cell_is_taken_twice(given_places: list[Place]) -> None:
    widgets = [GivenWidget(widget="followers", place=place) for place in given_places]
    if any(cells(one) & cells(other) for one, other in combinations(given_places, 2)):
        with pytest.raises(BadInput, match="lies on"):
            check_layout(widgets)
    else:
        check_layout(widgets)


def test_the_first_dashboards_id_follows_from_the_workspace() -> None:
    workspace = UUID("0197f1c2-7c3e-7e4b-9c55-0f6c1c2d3e4f")
    assert first_id(workspace) == first_id(workspace)
    assert first_id(workspace) != first_id(uuid4())
    assert first_id(workspace).version == 7
    assert first_id(workspace).variant == workspace.variant
    assert first_id(workspace).bytes[:6] == workspace.bytes[:6]


def test_a_widgets_filter_stands_in_place_of_the_dashboards() -> None:
    dashboard = made(
        {"widget": "followers", "filters": {"formats": ["photo"]}},
        {"widget": "followers", "filters": {"preset": "last_7_days"}},
        {"widget": "followers", "filters": {"accounts": []}},
        **{"from": "2026-03-01", "to": "2026-03-05", "formats": ["video"], "accounts": [str(ONE)]},
    )
    first, second, third = (filters_of(dashboard, widget) for widget in dashboard.widgets)
    assert (first.formats, first.accounts, str(first.start)) == (("photo",), (ONE,), "2026-03-01")
    assert (second.preset, second.start, second.end, second.formats) == ("last_7_days", None, None, ("video",))
    assert third.accounts == ()


def test_a_widget_is_asked_with_the_wires_own_words() -> None:
    settings = {"sort": "-followers", "metrics": ["followers"], "chart": "line", "attribution": "activity"}
    dashboard = made({"widget": "followers", "settings": settings}, timezone="Asia/Kolkata", accounts=[str(ONE)])
    assert parameters_of(dashboard, dashboard.widgets[0], cursor="abc") == {
        "timezone": "Asia/Kolkata",
        "accounts": [str(ONE)],
        "sort": "-followers",
        "attribution": "activity",
        "cursor": "abc",
    }


def test_a_widget_whose_accounts_have_all_gone_is_never_asked_for_all() -> None:
    dashboard = made({"widget": "followers"}, accounts=[str(ONE)])
    for left in (without_account(dashboard, ONE), limited_to(dashboard, {OTHER})):
        assert left.filters.accounts == ()
        with pytest.raises(BadInput, match="none is left"):
            parameters_of(left, left.widgets[0], cursor=None)


def test_an_erased_account_leaves_every_filter() -> None:
    both = {"accounts": [str(ONE), str(OTHER)]}
    dashboard = made({"widget": "followers", "filters": both}, {"widget": "followers"}, **both)
    left = without_account(dashboard, ONE)
    assert left.account_ids == {OTHER}
    assert without_account(left, ONE) == left
    assert made({"widget": "followers"}).filters.accounts is None


def test_content_for_elsewhere_names_no_account_and_no_widget_id() -> None:
    accounts = {"accounts": [str(ONE)]}
    dashboard = made({"widget": "followers", "filters": accounts}, **accounts)
    content = without_accounts(Given(name="x", filters=dashboard.filters, widgets=dashboard.widgets))
    assert str(ONE) not in content.model_dump_json()
    assert [one.widget_id for one in content.widgets] == [None]


def test_what_has_gone_is_told_beside_its_widget() -> None:
    label = uuid4()
    dashboard = made(
        {"query": {"metrics": ["custom_a", "post_likes"], "dimensions": ["format"]}},
        {"widget": "label_explorer", "filters": {"labels": [str(label)]}},
        {"widget": "nonsense"},
    )

    def told(words: Words) -> list[tuple[str, ...]]:
        return [gone(widget, filters_of(dashboard, widget), words) for widget in dashboard.widgets]

    nonsense = ("The widget nonsense is no more.",)
    assert told(Words(metrics=WITH_OWN, labels=frozenset({label}))) == [(), (), nonsense]
    assert told(Words()) == [
        ("The custom metric custom_a was deleted.",),
        (f"The label or plan {label}, by which it is filtered, was deleted.",),
        nonsense,
    ]


@pytest.mark.parametrize(
    "asking",
    [{"query": {"metrics": ["custom_a"]}}, {"widget": "scorecard", "settings": {"metrics": ["custom_a", "followers"]}}],
)
def test_a_custom_metric_must_be_there_when_it_is_written(asking: dict[str, object]) -> None:
    widget = GivenWidget.model_validate({**asking, "place": _row(0)})
    with pytest.raises(BadInput, match="no 'custom_a'"):
        check_words([widget], Filters(), Words())
    check_words([widget], Filters(), Words(metrics=WITH_OWN))
    assert "custom_a" in metrics_used([widget])


def test_a_label_must_be_there_when_it_is_written() -> None:
    filters = Filters(labels=(ONE,))
    check_words([], filters, Words(labels=frozenset({ONE})))
    with pytest.raises(BadInput, match="no such thing"):
        check_words([], filters, Words())
    with pytest.raises(BadInput, match="no such thing"):
        check_words([], filters, Words(labels=frozenset({OTHER})))


def test_who_uses_a_metric_or_a_label_is_found() -> None:
    asking = made({"widget": "followers"}, {"query": {"metrics": ["custom_a"]}})
    assert list(metrics_used(asking.widgets)) == ["custom_a"]
    filtering = made({"widget": "followers", "filters": {"plans": [str(ONE)]}}, labels=[str(OTHER)])
    assert list(labels_used(filtering.all_filters)) == [OTHER, ONE]
    assert not labels_used(asking.all_filters)
