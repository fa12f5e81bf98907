import json
from datetime import date, timedelta
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.catalog.fields import SCOPES
from common.events import PostSnapshotV1, ProfileSnapshotV1, decode, encode
from ingestor.domain.answers import Answered
from ingestor.domain.asking import PageAsk, ProfileAsk, post_fields, profile_fields
from ingestor.domain.progress import ListingKind
from ingestor.domain.reading import LONGEST_TEXT, PageRead, ProfileRead, UnreadableAnswer, read_page, read_profile

from .fakes import START, account

ACCOUNT = account()
TODAY = START.date()
RECORDED = START + timedelta(seconds=1)


def _page(data: object, *, cursor: int | None = None) -> PageRead:
    asked = post_fields(SCOPES)
    assert asked is not None
    ask = PageAsk(open_id="open-1", field_set=asked, kind=ListingKind.FULL, cursor=cursor, max_count=20)
    return read_page(_answered(data), ask, ACCOUNT, recorded_at=RECORDED)


def _profile(data: object) -> ProfileRead:
    asked = profile_fields(SCOPES)
    assert asked is not None
    ask = ProfileAsk(open_id="open-1", field_set=asked, start=TODAY - timedelta(days=60), end=TODAY)
    return read_profile(_answered(data), ask, ACCOUNT, recorded_at=RECORDED)


def _answered(data: object) -> Answered:
    return Answered(data=cast("dict[str, object]", data), observed_at=START)


def _one(video: object) -> PostSnapshotV1:
    (snapshot,) = _page({"videos": [video], "has_more": False, "cursor": 1}).snapshots
    return snapshot


def test_a_post_keeps_its_values_with_null_and_zero_apart() -> None:
    snapshot = _one({"item_id": "71", "create_time": "1770000000", "likes": 0, "reach": None})
    assert snapshot.values["create_time"] == 1_770_000_000
    assert snapshot.values["likes"] == 0
    assert snapshot.values["reach"] is None
    assert (snapshot.post_id, snapshot.field_set, snapshot.dropped_fields) == ("71", "post_full.v1", ())
    assert (snapshot.observed_at, snapshot.recorded_at) == (START, RECORDED)


def test_an_unusable_value_is_left_out_and_named_and_an_unknown_one_kept() -> None:
    snapshot = _one({"item_id": "71", "likes": "3", "comments": -1, "shares": 4, "sparkles": {"a": [1]}})
    assert snapshot.values["likes"] is None
    assert snapshot.values["comments"] is None
    assert snapshot.values["shares"] == 4
    assert set(snapshot.dropped_fields) == {"likes", "comments"}
    assert json.loads(snapshot.extra) == {"post": {"sparkles": {"a": [1]}}}


def test_a_bad_item_loses_no_other() -> None:
    videos = [{"item_id": "71"}, "nonsense", {"likes": 1}, {"item_id": ""}, {"item_id": None}, {"item_id": "72"}]
    page = _page({"videos": videos, "has_more": False, "cursor": 1})
    assert [snapshot.post_id for snapshot in page.snapshots] == ["71", "72"]
    assert page.size == 6
    assert {f"videos[{index}].item_id" for index in (1, 2, 3, 4)} <= set(page.faults)


def test_an_id_beyond_double_precision_is_kept_exactly_also_as_a_number() -> None:
    assert _one({"item_id": 7_512_345_678_901_234_567}).post_id == "7512345678901234567"


def test_a_text_too_large_for_a_record_is_left_out_and_the_post_stays() -> None:
    snapshot = _one({"item_id": "71", "caption": "x" * 10_000_000, "likes": 5, "novelty": "y" * (LONGEST_TEXT + 1)})
    assert (snapshot.values["caption"], snapshot.values["likes"]) == (None, 5)
    assert set(snapshot.dropped_fields) == {"caption", "novelty"}
    assert len(encode(snapshot, service="ingestor").value or b"") < 1_000_000


def test_many_unknown_fields_do_not_make_a_record_too_large() -> None:
    snapshot = _one({"item_id": "71", **{f"new_{number}": "z" * 1000 for number in range(5000)}})
    assert len(snapshot.extra) < 1_000_000
    assert "new_0" in snapshot.extra


@pytest.mark.parametrize(
    "data",
    [
        {"has_more": False},
        {"videos": {}, "has_more": False},
        {"videos": []},
        {"videos": [], "has_more": "yes"},
        {"videos": [], "has_more": True},
        {"videos": [], "has_more": True, "cursor": "soon"},
        {"videos": [], "has_more": True, "cursor": 5},
        {"videos": [], "has_more": True, "cursor": 6},
    ],
)
def test_a_page_of_another_shape_is_refused_and_a_cursor_that_stands_still_too(data: object) -> None:
    with pytest.raises(UnreadableAnswer):
        _page(data, cursor=5)


def test_the_end_of_a_page_tells_where_to_go_on() -> None:
    assert _page({"videos": [], "has_more": True, "cursor": 4}, cursor=5).cursor == 4
    assert _page({"videos": [], "has_more": False, "cursor": 4}, cursor=5).cursor is None


def test_a_profile_is_read_with_its_days() -> None:
    day = {"date": "2026-03-08", "video_views": 7, "followers_count": 4, "new_thing": 1}
    read = _profile({"followers_count": 1124, "videos_count": 12, "username": "x", "other": 2, "metrics": [day]})
    assert read.posts_expected == 12
    assert read.snapshot.profile["followers_count"] == 1124
    assert [(row.date, row.values["video_views"], row.values["likes"]) for row in read.snapshot.days] == [
        (date(2026, 3, 8), 7, None)
    ]
    assert json.loads(read.snapshot.extra) == {"profile": {"other": 2}, "2026-03-08": {"new_thing": 1}}


def test_days_that_cannot_be_are_left_out_and_the_others_stay() -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    raw = ["2026-03-08", tomorrow, "2026-02-30", "yesterday", None, "2026-03-08"]
    metrics = [*({"date": day, "video_views": 1} for day in raw), 7]
    read = _profile({"username": "x", "metrics": metrics})
    assert [day.date for day in read.snapshot.days] == [date(2026, 3, 8)]
    assert set(read.faults) == {f"metrics[{index}].date" for index in range(1, 7)}


def test_an_unusable_value_of_a_day_names_the_day() -> None:
    read = _profile({"metrics": [{"date": "2026-03-08", "video_views": "7", "likes": 2}]})
    assert read.snapshot.dropped_fields == ("2026-03-08.video_views",)
    assert read.snapshot.days[0].values["likes"] == 2


def test_a_profile_without_any_asked_field_is_no_profile() -> None:
    with pytest.raises(UnreadableAnswer, match="surprise"):
        _profile({"surprise": 1})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELD = st.sampled_from(["item_id", "likes", "caption", "create_time", "audience_types", "date", "is_ad", "odd"])
ITEM = st.dictionaries(FIELD, JSON) | JSON


@settings(max_examples=60, deadline=None)
@given(st.lists(ITEM, max_size=6))
def test_whatever_the_items_hold_the_good_post_beside_them_is_published(items: list[object]) -> None:
    good = {"item_id": "7000000000000000001", "likes": 1}
    page = _page({"videos": [*items, good], "has_more": False, "cursor": 1})
    assert page.snapshots[-1].post_id == good["item_id"]
    for snapshot in page.snapshots:
        message = encode(snapshot, service="ingestor")
        assert decode(PostSnapshotV1, message.value) == snapshot
        json.loads(snapshot.extra)


@settings(max_examples=40, deadline=None)
@given(st.lists(ITEM, max_size=6))
def test_whatever_the_days_hold_the_profile_is_published(items: list[object]) -> None:
    snapshot = _profile({"username": "x", "metrics": items}).snapshot
    assert decode(ProfileSnapshotV1, encode(snapshot, service="ingestor").value) == snapshot


def test_half_a_character_spoils_its_value_only() -> None:
    broken = json.loads('"\\ud800"')
    video = {"item_id": "71", "caption": broken, "audience_types": [{"type": broken, "percentage": 1}], "odd": broken}
    snapshot = _one({**video, "likes": 1})
    assert (snapshot.values["caption"], snapshot.values["audience_types"]) == (None, None)
    assert snapshot.values["likes"] == 1
    assert decode(PostSnapshotV1, encode(snapshot, service="ingestor").value) == snapshot
