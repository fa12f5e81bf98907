"""/_sandbox/posts and /_sandbox/clock: what is done by hand is part of the world, and stays over a restart."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.runtime.clock import FileClock, jump_clock
from sandbox.adapters.change_book import FileChangeBook
from sandbox.bootstrap import open_sandbox
from sandbox.domain.changes import PostDeleted
from sandbox.settings import SandboxSettings

from .conftest import START

PREFIX = "/open_api/v1.3/business"
COFFEE, JONAS = "northlight.coffee", "jonas.bakes"

Connect = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
def settings(settings: SandboxSettings, clock_file: Path) -> SandboxSettings:
    return settings.model_copy(update={"clock_file": clock_file})


async def listed(tiktok: httpx.AsyncClient, token: dict[str, str]) -> list[dict[str, Any]]:
    params = {
        "business_id": token["open_id"],
        "fields": json.dumps(["item_id", "caption", "media_type", "video_views"]),
    }
    reply = await tiktok.get(f"{PREFIX}/video/list/", params=params, headers={"Access-Token": token["access_token"]})
    videos: list[dict[str, Any]] = reply.json()["data"]["videos"]
    return videos


async def videos_count(tiktok: httpx.AsyncClient, token: dict[str, str]) -> int:
    params = {"business_id": token["open_id"], "fields": '["videos_count"]'}
    reply = await tiktok.get(f"{PREFIX}/get/", params=params, headers={"Access-Token": token["access_token"]})
    return int(reply.json()["data"]["videos_count"])


async def happened(tiktok: httpx.AsyncClient, open_id: str) -> dict[str, Any]:
    truth: dict[str, Any] = (await tiktok.get("/_sandbox/truth", params={"open_id": open_id})).json()
    return truth


async def publish(tiktok: httpx.AsyncClient, **body: object) -> httpx.Response:
    return await tiktok.post("/_sandbox/posts", json={"account": COFFEE, **body})


async def test_a_post_is_listed_at_once_and_gains_views(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    token = await connect(COFFEE)
    count, before = await videos_count(tiktok, token), await happened(tiktok, token["open_id"])
    made = (await publish(tiktok, caption="By hand #test", kind="photo")).json()
    newest = (await listed(tiktok, token))[0]
    assert newest == {"item_id": made["item_id"], "caption": "By hand #test", "media_type": "PHOTO"}
    assert await videos_count(tiktok, token) == count + 1
    after = await happened(tiktok, token["open_id"])
    assert after["days"][:-1] == before["days"][:-1]
    jump_clock(clock_file, timedelta(days=5))
    token = await connect(COFFEE)
    by_id = {post["item_id"]: post for post in (await happened(tiktok, token["open_id"]))["posts"]}
    shown = {video["item_id"]: video for video in await listed(tiktok, token)}
    assert 0 < shown[made["item_id"]]["video_views"] <= by_id[made["item_id"]]["video_views"]


async def test_a_post_counts_in_the_figures_of_its_day(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    open_id = (await connect(JONAS))["open_id"]
    for number in range(3):
        assert (await publish(tiktok, account=open_id, caption=str(number))).status_code == 201
    jump_clock(clock_file, timedelta(days=3))
    truth = await happened(tiktok, open_id)
    gained = sum(day["video_views"] for day in truth["days"][-4:])
    new = [post["video_views"] for post in truth["posts"] if int(post["create_time"]) >= START.timestamp()]
    assert len(new) >= 3
    assert gained >= sum(new)


async def test_a_deleted_post_is_gone_from_now_on(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    token = await connect(COFFEE)
    video = (await listed(tiktok, token))[3]["item_id"]
    count, before = await videos_count(tiktok, token), await happened(tiktok, token["open_id"])
    assert (await tiktok.delete(f"/_sandbox/posts/{video}")).json() == {"open_id": token["open_id"], "item_id": video}
    assert video not in {row["item_id"] for row in await listed(tiktok, token)}
    assert await videos_count(tiktok, token) == count - 1
    after = await happened(tiktok, token["open_id"])
    assert after["days"] == before["days"]
    (gone,) = (post for post in after["posts"] if post["item_id"] == video)
    assert datetime.fromisoformat(gone["gone_at"]) >= START
    jump_clock(clock_file, timedelta(days=10))
    (later,) = (post for post in (await happened(tiktok, token["open_id"]))["posts"] if post["item_id"] == video)
    assert later == gone
    assert (await tiktok.delete(f"/_sandbox/posts/{video}", params={"account": COFFEE})).status_code == 404


async def test_a_post_can_be_planned(tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path) -> None:
    token = await connect(COFFEE)
    made = (await publish(tiktok, caption="Later", moment="2026-03-12T08:00:00Z")).json()
    assert made["published"] == "2026-03-12T08:00:00+00:00"
    assert made["item_id"] not in {row["item_id"] for row in await listed(tiktok, token)}
    jump_clock(clock_file, timedelta(days=3))
    assert made["item_id"] in {row["item_id"] for row in await listed(tiktok, await connect(COFFEE))}


async def test_posts_of_one_moment_differ(tiktok: httpx.AsyncClient) -> None:
    moment = "2026-03-12T08:00:00Z"
    made = [(await publish(tiktok, caption=str(number), moment=moment)).json() for number in range(3)]
    assert len({one["item_id"] for one in made}) == len({one["published"] for one in made}) == 3


async def test_changes_survive_a_restart(
    tiktok: httpx.AsyncClient, connect: Connect, settings: SandboxSettings, clock_file: Path
) -> None:
    token = await connect(COFFEE)
    await publish(tiktok, caption="Kept")
    await tiktok.delete(f"/_sandbox/posts/{(await listed(tiktok, token))[2]['item_id']}")
    before = await listed(tiktok, token)
    async with again(settings, clock_file) as other:
        assert await listed(other, token) == before


@asynccontextmanager
async def again(settings: SandboxSettings, clock_file: Path) -> AsyncIterator[httpx.AsyncClient]:
    with open_sandbox(settings, FileClock(clock_file)) as sandbox:
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tiktok.test") as client:
            yield client


def test_a_change_cut_short_by_a_kill_is_dropped(tmp_path: Path) -> None:
    path, change = tmp_path / "changes.jsonl", PostDeleted(open_id="a", item_id="7", at=1)
    book = FileChangeBook(path)
    book.append(change)
    book.close()
    path.write_bytes(path.read_bytes() + b'{"change": "del')
    book = FileChangeBook(path)
    book.append(change)
    assert list(book.changes()) == [change, change]
    book.close()


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"account": "nobody"}, 404, "account"),
        ({"account": 7}, 422, "account"),
        ({"kind": "story"}, 422, "kind"),
        ({"caption": 7}, 422, "caption"),
        ({"caption": "x" * 2201}, 422, "caption"),
        ({"moment": "2026-03-01T00:00:00Z"}, 422, "moment"),
        ({"moment": "soon"}, 422, "moment"),
    ],
)
async def test_a_wrong_post_is_a_problem(
    tiktok: httpx.AsyncClient, body: dict[str, object], status: int, said: str
) -> None:
    reply = await publish(tiktok, **body)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    assert said in reply.json()["detail"]
    assert (await tiktok.post("/_sandbox/posts", content="[]")).status_code == 422


async def test_a_post_nobody_has_cannot_be_deleted(tiktok: httpx.AsyncClient) -> None:
    assert (await tiktok.delete("/_sandbox/posts/7")).status_code == 404


async def test_in_a_large_world_a_post_is_deleted_with_the_name_of_its_account(
    settings: SandboxSettings, clock_file: Path
) -> None:
    large = settings.model_copy(update={"sandbox_more_accounts": 1_000})
    async with again(large, clock_file) as tiktok:
        account = (await tiktok.get("/_sandbox/accounts", params={"after": 900, "limit": 1})).json()["accounts"][0]
        made = (await publish(tiktok, account=account["username"], caption="Here")).json()
        address = f"/_sandbox/posts/{made['item_id']}"
        refused = await tiktok.delete(address)
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
        assert refused.json()["detail"].startswith(f"account is missing: say whose post it is, {address}?account=")
        for name, status in ((account["username"], 200), (account["open_id"], 404)):
            assert (await tiktok.delete(address, params={"account": name})).status_code == status


async def test_the_clock_is_shown_and_moved_forward(tiktok: httpx.AsyncClient, clock_file: Path) -> None:
    shown = (await tiktok.get("/_sandbox/clock")).json()
    assert datetime.fromisoformat(shown["now"]) - START < timedelta(seconds=1)
    assert shown["movable"] is True
    for body, expected in (
        ({"by_seconds": 3600}, START + timedelta(hours=1)),
        ({"to": "2026-03-11T00:00:00Z"}, datetime(2026, 3, 11, tzinfo=UTC)),
        ({"by_seconds": 60, "rate": 0.0001}, datetime(2026, 3, 11, 0, 1, tzinfo=UTC)),
    ):
        moved = (await tiktok.post("/_sandbox/clock", json=body)).json()
        assert abs(datetime.fromisoformat(moved["now"]) - expected) < timedelta(seconds=1)
        assert abs(FileClock(clock_file).now() - expected) < timedelta(seconds=1)
    assert (await tiktok.get("/_sandbox/clock")).json()["rate"] == 0.0001


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"to": "2026-03-09T00:00:00Z"}, "only moves forward"),
        ({"to": "noon"}, "to must be"),
        ({"by_seconds": -1}, "by_seconds"),
        ({"by_seconds": "1"}, "by_seconds"),
        ({"rate": 0}, "rate"),
        ({"rate": "fast"}, "rate"),
    ],
)
async def test_a_wrong_move_of_the_clock_is_a_problem(
    tiktok: httpx.AsyncClient, body: dict[str, object], said: str
) -> None:
    reply = await tiktok.post("/_sandbox/clock", json=body)
    assert (reply.status_code, said in reply.json()["detail"]) == (422, True)


async def test_real_time_cannot_be_moved(settings: SandboxSettings, clock_file: Path) -> None:
    async with again(settings.model_copy(update={"clock_file": None}), clock_file) as tiktok:
        assert (await tiktok.get("/_sandbox/clock")).json()["movable"] is False
        reply = await tiktok.post("/_sandbox/clock", json={"by_seconds": 60})
        assert (reply.status_code, reply.json()["title"]) == (409, "Conflict")
