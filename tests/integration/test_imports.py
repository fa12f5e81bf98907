"""TikTok Studio's files on the whole way: uploaded, shown with their source, behind what the API says, and undone."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx
import pytest

from ..running_system import SETTLE_SECONDS, System

# Months before the sixty days that TikTok gives, and a day that it gives.
OLD, NEXT, OF_API = date(2025, 11, 30), date(2025, 12, 1), date(2026, 3, 1)
OVERVIEW = (
    '"Date","Video Views","Profile Views","Likes","Comments","Shares"\r\n'
    '"November 30","777","5","","1","0"\r\n'
    '"December 1","1,778","5","","1","0"\r\n'
    '"March 1","987654321","5","7","1","0"\r\n'
)
FOLLOWERS = (
    '"Date","Followers","Difference in followers from previous day"\r\n'
    '"November 30","100","3"\r\n"December 1","98","-2"\r\n"March 1","987654321","5"\r\n'
)

# Any: answers as JSON gives them.
Answer = dict[str, Any]


@pytest.fixture(scope="module")
async def account(system: System) -> str:
    """One whose days of March the API has given."""
    accounts = await system.account_ids()
    chosen = sorted(accounts.values())[0]

    async def is_given() -> bool:
        return await value(system, chosen, "video_views", OF_API) is not None

    await until(is_given)
    return chosen


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SETTLE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.2)


async def row(system: System, account: str, slug: str, day: date) -> Mapping[str, Any]:
    answer = await system.widget(slug, first=day, end=date.fromordinal(day.toordinal() + 1), accounts=[account])
    ((only),) = answer["rows"]
    return dict(zip([column["name"] for column in answer["columns"]], only, strict=True))


async def value(system: System, account: str, metric: str, day: date) -> int | None:
    found: int | None = (await row(system, account, "followers" if "followers" in metric else metric, day))[metric]
    return found


async def status(system: System, account: str, metric: str, day: date) -> str:
    """Of a day's figure; what is final is not told."""
    slug = "followers" if "followers" in metric else metric
    answer = await system.widget(slug, first=day, end=date.fromordinal(day.toordinal() + 1), accounts=[account])
    return next((str(one["status"]) for one in answer["meta"]["coverage"] if metric in one["metrics"]), "final")


@asynccontextmanager
async def owner(system: System) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=system.web, timeout=30) as client:
        credentials = {"email": system.email, "password": system.password}
        signed_in = (await client.post("/auth/v1/sessions", json=credentials)).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        yield client


async def upload(client: httpx.AsyncClient, account: str, text: str) -> Answer:
    headers = {"Content-Type": "text/csv"}
    answer = await client.post("/v1/imports", params={"account_id": account}, content=text.encode(), headers=headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def until_state(client: httpx.AsyncClient, made: Answer, state: str) -> None:
    async def is_so() -> bool:
        try:
            answer = await client.get(f"/v1/imports/{made['import_id']}")
        except httpx.TransportError:
            return False
        return answer.is_success and answer.json()["state"] == state

    await until(is_so)


async def test_a_file_is_history_with_its_source_and_the_api_comes_first(system: System, account: str) -> None:
    before = await row(system, account, "video_views", OF_API)
    followers_before = await row(system, account, "followers", OF_API)
    assert (await value(system, account, "video_views", OLD), await status(system, account, "video_views", OLD)) == (
        None,
        "source_limit",
    )
    async with owner(system) as client:
        made = [await upload(client, account, text) for text in (OVERVIEW, FOLLOWERS)]
        assert [one["from_api"] for one in made[0]["figures"]][:2] == [[], []]
        assert "video_views" in made[0]["figures"][2]["from_api"]
        for one in made:
            (await client.post(f"/v1/imports/{one['import_id']}/confirm")).raise_for_status()
        # In the middle of the publishing, or right before it.
        system.kill("query-api", signal.SIGKILL)
        for one in made:
            await until_state(client, one, "published")

        async def is_shown() -> bool:
            views, followers = [await value(system, account, one, NEXT) for one in ("video_views", "followers")]
            return (views, followers) == (1778, 98)

        await until(is_shown)
        assert await value(system, account, "video_views", OLD) == 777
        assert await value(system, account, "followers", OLD) == 100
        assert [await value(system, account, "net_followers", day) for day in (OLD, NEXT)] == [3, -2]
        for metric in ("video_views", "followers", "net_followers"):
            assert await status(system, account, metric, OLD) == "imported"
        assert await row(system, account, "video_views", OF_API) == before
        assert await row(system, account, "followers", OF_API) == followers_before
        assert await status(system, account, "video_views", OF_API) == "final"

        for one in made:
            (await client.delete(f"/v1/imports/{one['import_id']}")).raise_for_status()
            await until_state(client, one, "undone")

    async def is_gone() -> bool:
        return {await value(system, account, one, NEXT) for one in ("video_views", "followers")} == {None}

    await until(is_gone)
    assert await status(system, account, "video_views", OLD) == "source_limit"
    assert await row(system, account, "video_views", OF_API) == before
    assert await row(system, account, "followers", OF_API) == followers_before
