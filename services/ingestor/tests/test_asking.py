import random

from common.catalog.fields import POST_FIELDS, PROFILE_DAY_FIELDS, PROFILE_FIELDS, SCOPES
from ingestor.domain.asking import post_fields, profile_fields


def test_with_all_scopes_every_field_is_asked_once_under_the_full_name() -> None:
    profile, posts = profile_fields(SCOPES), post_fields(SCOPES)
    assert profile is not None
    assert posts is not None
    assert (profile.name, posts.name) == ("profile_full.v1", "post_full.v1")
    assert set(profile.fields) == {field.name for field in (*PROFILE_FIELDS, *PROFILE_DAY_FIELDS)}
    assert len(profile.fields) == len(set(profile.fields))
    assert list(posts.fields) == [field.name for field in POST_FIELDS]


def test_fewer_scopes_give_fewer_fields_and_a_name_that_tells_which_whatever_their_order() -> None:
    scopes = ["video.list", "user.info.stats", "user.insights"]
    names = set()
    for _ in range(5):
        random.shuffle(scopes)
        profile, posts = profile_fields(scopes), post_fields(scopes)
        assert profile is not None
        assert posts is not None
        assert "total_time_watched" not in posts.fields
        assert {"followers_count", "daily_new_followers"} <= set(profile.fields)
        assert "username" not in profile.fields
        names.add((profile.name, posts.name))
    assert names == {("profile_partial.v1:user.info.stats+user.insights", "post_partial.v1:video.list")}


def test_a_scope_that_has_nothing_to_do_with_the_fields_changes_no_name() -> None:
    posts = post_fields({*SCOPES, "comment.list"})
    assert posts is not None
    assert posts.name == "post_full.v1"


def test_posts_cannot_be_listed_without_the_scope_of_their_id() -> None:
    assert post_fields({"video.insights"}) is None
    assert profile_fields({"video.list"}) is None


def test_followers_of_a_day_are_asked_by_the_scope_of_the_profile() -> None:
    without_stats = profile_fields({"user.insights"})
    assert without_stats is not None
    assert "followers_count" not in without_stats.fields
