"""The sample as events: what would have been collected on a day. It follows from the day alone, to the last bit."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from common.events import (
    SAMPLE_ACCOUNT_ID,
    SAMPLE_WORKSPACE_ID,
    Event,
    LifecycleChange,
    PostLifecycleV1,
    PostSnapshotV1,
    ProfileDay,
    ProfileSnapshotV1,
)
from query_api.domain.sample import VERSION
from query_api.domain.sample_days import profile_at, values_of_day
from query_api.domain.sample_posts import Post, posts_at, values_of

# Thirteen months.
HISTORY = timedelta(days=400)
# When the day is observed: nobody publishes at night, so a post is listed within a day of its publishing.
OBSERVED_AT = time(6)
# TikTok gives a day the second morning after it, and changes nothing later; it is asked for three times.
_NEWEST_DAY, _OLDEST_DAY = 2, 4
# A post is observed every day of its first week, every week of its first quarter, then every four weeks.
_FIRST_WEEK, _FIRST_QUARTER, _FOUR_WEEKS = 7, 91, 28
_IDS = {"workspace_id": SAMPLE_WORKSPACE_ID, "account_id": SAMPLE_ACCOUNT_ID}


def newest_day(now: datetime) -> date:
    """The last day whose observation has come; `now` is the domain's."""
    return (now - timedelta(hours=OBSERVED_AT.hour)).date()


def first_figures(first_observed: date) -> date:
    """The earliest day there are figures of when observing began on that day."""
    return first_observed - timedelta(days=_OLDEST_DAY)


def events_of(day: date) -> Iterator[Event]:
    """A profile with the days that had just come, and of the posts those whose turn it was."""
    observed_at = datetime.combine(day, OBSERVED_AT, UTC)
    # A later version of the same observation counts.
    moments = {"observed_at": observed_at, "recorded_at": observed_at + timedelta(seconds=VERSION)}
    yield ProfileSnapshotV1.model_validate(
        {**_IDS, **moments, "field_set": "sample_profile.v1", "profile": profile_at(observed_at), "days": _days(day)}
    )
    for post in posts_at(observed_at):
        age = (day - post.published.date()).days
        if age == 1:
            first = LifecycleChange.FIRST_SEEN
            yield PostLifecycleV1.model_validate({**_IDS, **moments, "post_id": post.post_id, "change": first})
        if age <= _FIRST_WEEK or age % (_FIRST_WEEK if age <= _FIRST_QUARTER else _FOUR_WEEKS) == 0:
            yield _snapshot(post, moments, with_lists=age <= _FIRST_WEEK or age % _FOUR_WEEKS == 0)


def _days(day: date) -> list[ProfileDay]:
    days = (day - timedelta(days=back) for back in range(_OLDEST_DAY, _NEWEST_DAY - 1, -1))
    return [ProfileDay.model_validate({"date": one, "values": values_of_day(one)}) for one in days]


def _snapshot(post: Post, moments: dict[str, datetime], *, with_lists: bool) -> PostSnapshotV1:
    values = values_of(post, moments["observed_at"], with_lists=with_lists)
    return PostSnapshotV1.model_validate(
        {**_IDS, **moments, "field_set": "sample_post.v1", "post_id": post.post_id, "values": values}
    )
