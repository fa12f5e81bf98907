"""One account of each character through three weeks, on the real path: every widget equals the oracle, asked of the
warehouse and asked of the query API.

The soak plays sixty days with more accounts.
"""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from sandbox.domain.population import TRAITS

from .oracle import free, widgets
from .scenario.api_judging import ApiJudge, served, switchable, turnable
from .scenario.judging import Judge, slugs
from .scenario.playing import played

DAYS = 21


@pytest.fixture(scope="module")
async def judge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Judge]:
    folder = tmp_path_factory.mktemp("scenario")
    async with played(folder, accounts=len(TRAITS), settle_seconds=900, days=DAYS) as judge:
        yield judge


@pytest.fixture(scope="module")
def api(judge: Judge) -> ApiJudge:
    return ApiJudge(judge)


def test_whatever_the_warehouse_shows_the_oracle_knows() -> None:
    assert set(slugs()) == set(widgets.TABLES)


async def test_growth_of_every_post(judge: Judge) -> None:
    await judge.expect_growth()


@pytest.mark.parametrize("slug", slugs())
async def test_widget(judge: Judge, slug: str) -> None:
    await judge.expect_widget(slug)


@pytest.mark.parametrize("slug", served())
async def test_widget_by_api(api: ApiJudge, slug: str) -> None:
    await api.expect_widget(slug, api.whole())


# In the range New York's clocks go forward on 8 March and Berlin's on 29 March; Kolkata's never do.
@pytest.mark.parametrize("timezone", ["Asia/Kolkata", "America/New_York", "Europe/Berlin"])
@pytest.mark.parametrize("slug", ["published_posts", "average_engagement_per_post", "best_performing_day_time_format"])
async def test_times_of_publishing_are_the_viewers(api: ApiJudge, slug: str, timezone: str) -> None:
    asked = api.whole(first=date(2026, 2, 20), timezone=timezone, publishing=timezone)
    await api.expect_widget(slug, asked)


@pytest.mark.parametrize("slug", switchable())
async def test_explorers_switch_to_activity(api: ApiJudge, slug: str) -> None:
    await api.expect_switched(slug, api.whole())


@pytest.mark.parametrize("slug", turnable())
async def test_widgets_of_activity_turn_to_posts(api: ApiJudge, slug: str) -> None:
    await api.expect_published(slug, api.whole(), attribution="published")


@pytest.mark.parametrize(
    ("by", "metrics"),
    [
        ((), {"video_views": free.DAYS, "followers": free.DAYS, "published_posts": free.POSTS}),
        (("week",), {"followers": free.DAYS, "engagement": free.DAYS, "published_posts": free.POSTS}),
        (("month", "account_id"), {"followers": free.DAYS, "net_followers": free.DAYS, "video_views": free.DAYS}),
        (("hashtag",), {"post_video_views": free.POSTS, "published_posts": free.POSTS}),
        (("video_length_band", "format"), {"engagement_per_post": free.POSTS, "published_posts": free.POSTS}),
        (("label", "weekday"), {"median_engagement_per_post": free.POSTS, "published_posts": free.POSTS}),
        (("plan",), {"engagement": free.POSTS, "favorites": free.POSTS}),
        (("account_id", "post_id"), {"post_reach": free.POSTS, "post_completion_rate": free.POSTS}),
    ],
)
async def test_free_question(api: ApiJudge, by: tuple[str, ...], metrics: dict[str, str]) -> None:
    await api.expect_query(by, metrics, api.whole())
    await api.expect_query(by, metrics, api.whole(timezone="Asia/Kolkata", publishing="Asia/Kolkata"))


@pytest.mark.parametrize(
    ("by", "metrics"),
    [
        (("day",), {"favorites": free.GROWTH, "video_views": free.DAYS}),
        (("hour", "format"), {"engagement": free.GROWTH, "engagement_rate_by_views": free.GROWTH}),
        (("week", "label"), {"post_video_views": free.GROWTH}),
    ],
)
async def test_free_question_of_what_happened(api: ApiJudge, by: tuple[str, ...], metrics: dict[str, str]) -> None:
    await api.expect_query(by, metrics, api.whole(), attribution="activity")
