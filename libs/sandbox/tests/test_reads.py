"""GET /business/benchmark/ and /business/video/settings/."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.runtime.clock import jump_clock
from sandbox.domain.benchmark import CATEGORIES

PREFIX = "/open_api/v1.3/business"
AVERAGES = {
    "average_likes",
    "average_comments",
    "average_shares",
    "average_video_count",
    "average_follower_count",
    "average_follower_growth",
    "average_engagement_rate",
    "average_video_views",
}

Connect = Callable[..., Awaitable[dict[str, str]]]


async def ask(tiktok: httpx.AsyncClient, token: dict[str, str], path: str, **params: str) -> Any:
    headers = {"Access-Token": token["access_token"]}
    return (await tiktok.get(PREFIX + path, params={"business_id": token["open_id"], **params}, headers=headers)).json()


async def test_each_of_the_25_categories_has_its_averages(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token, seen = await connect("northlight.coffee"), set()
    for category in CATEGORIES:
        data = (await ask(tiktok, token, "/benchmark/", business_category=category))["data"]
        assert data.pop("business_category") == category
        assert set(data) == AVERAGES
        assert all(type(value) is float and value > 0 for value in data.values())
        seen.add(data["average_video_views"])
    assert len(CATEGORIES) == len(seen) == 25


async def test_averages_move_from_week_to_week(tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path) -> None:
    answers = []
    for hours in (0, 1, 24 * 8):
        jump_clock(clock_file, timedelta(hours=hours) if hours else timedelta(milliseconds=1))
        token = await connect("northlight.coffee")
        answers.append((await ask(tiktok, token, "/benchmark/", business_category="PETS"))["data"])
    assert answers[0] == answers[1] != answers[2]


@pytest.mark.parametrize("params", [{}, {"business_category": "COFFEE"}])
async def test_an_unknown_category_is_refused(
    tiktok: httpx.AsyncClient, connect: Connect, params: dict[str, str]
) -> None:
    envelope = await ask(tiktok, await connect("northlight.coffee"), "/benchmark/", **params)
    assert (envelope["code"], "business_category" in envelope["message"]) == (40002, True)


async def test_posting_settings(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    data = (await ask(tiktok, await connect("jonas.bakes"), "/video/settings/"))["data"]
    assert set(data) == {
        "privacy_level_options",
        "comment_disabled",
        "duet_disabled",
        "stitch_disabled",
        "max_video_post_duration_sec",
    }
    assert type(data["max_video_post_duration_sec"]) is int
