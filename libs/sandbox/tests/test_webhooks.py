"""Webhooks: what an app registers, what it is told and how that is signed, retries, duplicates and disorder."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.runtime.clock import FileClock, jump_clock
from sandbox.adapters.http_caller import HttpCaller
from sandbox.bootstrap import Sandbox, open_sandbox
from sandbox.domain.webhooks import callback_fault
from sandbox.domain.world import World
from sandbox.settings import SandboxSettings

from .conftest import serving

PREFIX = "/open_api/v1.3/business/webhook"
APP = {"app_id": "7123", "secret": "not-a-real-secret"}
COFFEE, JONAS = "northlight.coffee", "jonas.bakes"
START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)

Connect = Callable[..., Awaitable[dict[str, str]]]


@dataclass
class Ear:
    """The app's side: what it was told, and the statuses it answers with, 200 once they are used up."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    heard: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]

    async def hear(self, request: Request) -> Response:
        self.heard.append((request.headers, await request.body()))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    heard = Ear()
    async with serving(Starlette(routes=[Route("/hook", heard.hear, methods=["POST"])])) as address:
        heard.url = f"{address}/hook"
        yield heard


@pytest.fixture
def sandbox(settings: SandboxSettings, clock_file: Path) -> Iterator[Sandbox]:
    with open_sandbox(settings, FileClock(clock_file)) as opened:
        yield opened


@pytest.fixture
def app(sandbox: Sandbox) -> Starlette:
    return sandbox.app


@pytest.fixture
async def deliver(sandbox: Sandbox) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Sends what is due; returns how much that was."""
    async with HttpCaller() as caller:
        yield lambda: sandbox.courier.deliver_due(caller)


Deliver = Callable[[], Awaitable[int]]


async def post(tiktok: httpx.AsyncClient, path: str, **values: object) -> tuple[int, Any]:
    reply = await tiktok.post(f"{PREFIX}{path}", json={**APP, **values})
    assert reply.status_code == 200
    return reply.json()["code"], reply.json()["data"] or reply.json()["message"]


async def shown(tiktok: httpx.AsyncClient, event_type: str) -> dict[str, Any]:
    reply = (await tiktok.get(f"{PREFIX}/list/", params={**APP, "event_type": event_type})).json()
    assert reply["code"] == 0
    data: dict[str, Any] = reply["data"]
    return data


async def subscribe(tiktok: httpx.AsyncClient, ear: Ear, event_type: str = "DEFAULT", **more: object) -> None:
    assert (await post(tiktok, "/update/", event_type=event_type, callback_url=ear.url, **more))[0] == 0


async def deliveries(tiktok: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await tiktok.get("/_sandbox/webhooks")).json()["deliveries"]
    return found


async def revoke(tiktok: httpx.AsyncClient, open_id: str) -> None:
    assert (await tiktok.post("/_sandbox/revoke", json={"open_id": open_id})).status_code == 200


async def test_a_webhook_is_registered_shown_changed_and_deleted(tiktok: httpx.AsyncClient) -> None:
    assert await shown(tiktok, "VIDEO") == {}
    first = {"app_id": "7123", "event_type": "VIDEO", "callback_url": "https://app.example/hook"}
    assert await post(tiktok, "/update/", event_type="VIDEO", callback_url="https://app.example/hook") == (0, first)
    assert await shown(tiktok, "VIDEO") == first
    assert await shown(tiktok, "COMMENT") == {}
    second = {**first, "callback_url": "https://app.example/other?a=1"}
    assert await post(tiktok, "/update/", **second) == (0, second)
    assert await shown(tiktok, "VIDEO") == second
    assert await post(tiktok, "/delete/", event_type="VIDEO") == (0, second)
    assert await shown(tiktok, "VIDEO") == {}
    assert (await post(tiktok, "/delete/", event_type="VIDEO"))[0] == 40007


async def test_posts_to_hear_of_are_added_and_taken_away(tiktok: httpx.AsyncClient) -> None:
    url = "https://app.example/hook"

    async def update(**more: object) -> list[str] | None:
        data = (await post(tiktok, "/update/", event_type="COMMENT", callback_url=url, **more))[1]
        items: list[str] | None = data.get("item_list")
        return items

    assert await update() is None
    assert await update(item_list=["11", "12"]) == ["11", "12"]
    assert await update(item_list=["12", "13"]) == ["11", "12", "13"]
    assert await update() == ["11", "12", "13"]
    assert (await post(tiktok, "/delete/", event_type="COMMENT", item_list=["11", "13"]))[1]["item_list"] == ["12"]
    await post(tiktok, "/delete/", event_type="COMMENT", item_list=["12"])
    assert await shown(tiktok, "COMMENT") == {}


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"app_id": "8"}, 40101, "app_id and secret"),
        ({"secret": "wrong"}, 40101, "app_id and secret"),
        ({"secret": None}, 40002, "secret"),
        ({"event_type": "WEATHER"}, 40002, "event_type: must be one of"),
        ({"event_type": None}, 40002, "event_type"),
        ({"callback_url": None}, 40002, "callback_url"),
        ({"callback_url": "http://app.example/hook"}, 40002, "callback_url: must be an absolute https address"),
        ({"callback_url": "/hook"}, 40002, "callback_url"),
        ({"callback_url": "https://[/"}, 40002, "callback_url"),
        ({"item_list": "11"}, 40002, "item_list"),
        ({"item_list": [11]}, 40002, "item_list"),
        ({"item_list": [str(number) for number in range(101)]}, 40011, "item_list: must hold at most 100"),
    ],
)
async def test_an_update_is_checked(
    tiktok: httpx.AsyncClient, changes: dict[str, object], code: int, said: str
) -> None:
    right: dict[str, object] = {"event_type": "COMMENT", "callback_url": "https://app.example/hook"}
    found, message = await post(tiktok, "/update/", **{**right, **changes})
    assert found == code
    assert said in message
    assert await shown(tiktok, "COMMENT") == {}


@pytest.mark.parametrize("path", ["/update", "/list", "/delete"])
async def test_a_missing_slash_is_a_plain_404(tiktok: httpx.AsyncClient, path: str) -> None:
    assert (await tiktok.request("GET" if path == "/list" else "POST", PREFIX + path)).text == "404 page not found"


def test_plain_http_is_for_this_machine_and_can_be_forbidden() -> None:
    assert callback_fault("http://127.0.0.1:9/hook", plain_loopback=True) is None
    assert callback_fault("http://127.0.0.1:9/hook", plain_loopback=False)
    assert callback_fault("http://127.0.0.1.app.example/hook", plain_loopback=True)
    assert callback_fault("https://app.example:8443/hook?x=1", plain_loopback=False) is None


async def test_an_account_holder_s_revoke_is_told_signed(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver
) -> None:
    await subscribe(tiktok, ear)
    token = await connect(COFFEE)
    await revoke(tiktok, token["open_id"])
    assert await deliver() == 1
    ((headers, body),) = ear.heard
    seconds = int(START.timestamp())
    told = json.loads(body)
    assert json.loads(told.pop("content")) == {"reason": 1}
    assert told == {
        "client_key": "key-1",
        "event": "authorization.removed",
        "create_time": seconds,
        "user_openid": token["open_id"],
    }
    signed = hmac.new(b"not-a-real-secret", f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["tiktok-signature"] == f"t={seconds},s={signed}"
    assert (headers["webhook-schema-version"], headers["content-type"]) == ("1.0", "application/json")
    assert headers["x-tt-logid"]
    await revoke(tiktok, token["open_id"])
    assert await deliver() == 0


async def test_the_app_s_own_revoke_is_told_once_no_consent_is_left(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver
) -> None:
    await subscribe(tiktok, ear)
    for token, told in [(await connect(COFFEE), 0), (await connect(COFFEE), 1)]:
        body = {"client_id": "7123", "client_secret": APP["secret"], "access_token": token["access_token"]}
        assert (await tiktok.post("/open_api/v1.3/tt_user/oauth2/revoke/", json=body)).json()["code"] == 0
        assert await deliver() == told
    assert json.loads(ear.events[0]["content"]) == {"reason": 5}


async def test_without_a_default_address_each_other_one_is_told_once(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver
) -> None:
    await subscribe(tiktok, ear, "VIDEO")
    await subscribe(tiktok, ear, "COMMENT")
    await revoke(tiktok, (await connect(COFFEE))["open_id"])
    assert await deliver() == 1
    assert [event["event"] for event in ear.events] == ["authorization.removed"]


async def test_an_event_is_sent_until_it_is_answered_200_at_growing_intervals(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver, clock_file: Path
) -> None:
    await subscribe(tiktok, ear)
    ear.statuses = [500, 302, 404]
    await revoke(tiktok, (await connect(COFFEE))["open_id"])
    for seconds in (0, 30, 60, 120):
        if seconds:
            jump_clock(clock_file, timedelta(seconds=seconds - 1))
            assert await deliver() == 0
            jump_clock(clock_file, timedelta(seconds=1))
        assert await deliver() == 1
    jump_clock(clock_file, timedelta(days=4))
    assert await deliver() == 0
    assert len({body for _, body in ear.heard}) == 1
    times = [int(headers["tiktok-signature"][2:].split(",")[0]) for headers, _ in ear.heard]
    assert [late - times[0] for late in times] == [0, 30, 90, 210]
    (entry,) = await deliveries(tiktok)
    assert (entry["state"], entry["attempts"], entry["last_answer"]) == ("delivered", 4, "HTTP 200")


async def test_after_72_hours_an_event_is_dropped(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver, clock_file: Path
) -> None:
    await subscribe(tiktok, ear)
    ear.statuses = [503] * 100
    await revoke(tiktok, (await connect(COFFEE))["open_id"])
    created = START
    while (await deliveries(tiktok))[0]["state"] == "waiting":
        due = datetime.fromisoformat((await deliveries(tiktok))[0]["due"])
        assert due < created + timedelta(hours=72)
        jump_clock(clock_file, max(due - FileClock(clock_file).now(), timedelta(0)) + timedelta(milliseconds=1))
        assert await deliver() == 1
    (entry,) = await deliveries(tiktok)
    assert (entry["state"], entry["last_answer"]) == ("dropped", "HTTP 503")
    # 30 s doubled up to 6 h, then every 6 h.
    assert entry["attempts"] == len(ear.heard) == 21


async def test_a_deaf_address_waits_for_its_next_turn_and_holds_up_no_other(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver
) -> None:
    deaf = Ear(url="http://127.0.0.1:1/hook")
    await subscribe(tiktok, deaf, "VIDEO")
    await subscribe(tiktok, ear, "COMMENT")
    await revoke(tiktok, (await connect(COFFEE))["open_id"])
    assert await deliver() == 2
    answers = {entry["callback_url"]: (entry["state"], entry["last_answer"]) for entry in await deliveries(tiktok)}
    assert answers == {deaf.url: ("waiting", "no answer"), ear.url: ("delivered", "HTTP 200")}


async def test_events_outlive_the_process(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, settings: SandboxSettings, clock_file: Path
) -> None:
    await subscribe(tiktok, ear)
    await revoke(tiktok, (await connect(COFFEE))["open_id"])
    with open_sandbox(settings, FileClock(clock_file)) as again:
        async with HttpCaller() as caller:
            assert await again.courier.deliver_due(caller) == 1
    assert len(ear.heard) == 1


async def test_duplicates_come_later_and_are_the_same(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver, clock_file: Path
) -> None:
    await subscribe(tiktok, ear)
    await tiktok.put("/_sandbox/faults", json={"rules": [{"fault": "webhook_duplicate"}]})
    await revoke(tiktok, (await connect(COFFEE))["open_id"])
    assert await deliver() == 1
    jump_clock(clock_file, timedelta(minutes=11))
    assert await deliver() == 1
    assert len({body for _, body in ear.heard}) == 1
    assert len(ear.heard) == 2


async def test_disorder_lets_later_events_overtake(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver, clock_file: Path
) -> None:
    await subscribe(tiktok, ear)
    first, second = await connect(COFFEE), await connect(JONAS)
    rule = {"fault": "webhook_disorder", "open_id": first["open_id"]}
    await tiktok.put("/_sandbox/faults", json={"rules": [rule]})
    for token in (first, second):
        await revoke(tiktok, token["open_id"])
    await deliver()
    jump_clock(clock_file, timedelta(minutes=11))
    await deliver()
    assert [event["user_openid"] for event in ear.events] == [second["open_id"], first["open_id"]]


async def test_without_faults_events_come_once_and_in_order(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver
) -> None:
    await subscribe(tiktok, ear)
    told = [(await connect(name))["open_id"] for name in (COFFEE, JONAS, "marlow.interiors")]
    for open_id in told:
        await revoke(tiktok, open_id)
    await deliver()
    assert [event["user_openid"] for event in ear.events] == told


def a_post(world: World, username: str) -> str:
    account = next(one for one in world.accounts if one.character.username == username)
    return world.listed(account, int(START.timestamp() * 1000))[0].item_id


async def comment(tiktok: httpx.AsyncClient, **values: str) -> httpx.Response:
    return await tiktok.post("/_sandbox/comment-event", json=values)


async def test_a_comment_s_change_is_told_with_ids_as_numbers(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, deliver: Deliver, world: World
) -> None:
    await subscribe(tiktok, ear, "COMMENT")
    token, item_id = await connect(COFFEE), a_post(world, COFFEE)
    reply = (await comment(tiktok, open_id=token["open_id"], item_id=item_id, text="Schön")).json()
    assert reply["told"] == 1
    await comment(
        tiktok,
        open_id=token["open_id"],
        item_id=item_id,
        comment_id="7300000000000000001",
        parent_comment_id=reply["comment_id"],
        comment_type="reply",
        comment_action="set_to_hidden",
    )
    await deliver()
    insert, hidden = [json.loads(event["content"]) for event in ear.events]
    assert {event["event"] for event in ear.events} == {"comment.update"}
    assert insert == {
        "comment_id": int(reply["comment_id"]),
        "video_id": int(item_id),
        "parent_comment_id": 0,
        "comment_type": "comment",
        "comment_action": "insert",
        "timestamp": int(START.timestamp()),
        "unique_identifier": "someone",
        "text": "Schön",
    }
    assert min(insert["comment_id"], insert["video_id"]) > 2**53
    assert (hidden["comment_id"], hidden["parent_comment_id"]) == (7300000000000000001, insert["comment_id"])
    assert "text" not in hidden


async def test_comments_are_told_only_with_consent_and_for_the_posts_named(
    tiktok: httpx.AsyncClient, connect: Connect, ear: Ear, world: World
) -> None:
    item_id = a_post(world, COFFEE)
    token = await connect(COFFEE, ["video.list"])
    event = {"open_id": token["open_id"], "item_id": item_id}
    await subscribe(tiktok, ear, "COMMENT")
    assert (await comment(tiktok, **event)).json()["told"] == 0
    await connect(COFFEE)
    assert (await comment(tiktok, **event)).json()["told"] == 1
    await subscribe(tiktok, ear, "COMMENT", item_list=["11"])
    assert (await comment(tiktok, **event)).json()["told"] == 0
    await subscribe(tiktok, ear, "COMMENT", item_list=[item_id])
    assert (await comment(tiktok, **event)).json()["told"] == 1


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"item_id": "11"}, 404, "no post"),
        ({"open_id": "nobody"}, 404, "no post"),
        ({"comment_id": "abc"}, 422, "comment_id"),
        ({"comment_action": "explode"}, 422, "comment_action"),
        ({"mood": "good"}, 422, "mood"),
    ],
)
async def test_a_wrong_comment_event_is_a_problem(
    tiktok: httpx.AsyncClient, open_ids: dict[str, str], world: World, changes: dict[str, str], status: int, said: str
) -> None:
    reply = await comment(tiktok, **{"open_id": open_ids[COFFEE], "item_id": a_post(world, COFFEE), **changes})
    assert reply.status_code == status
    assert said in reply.json()["detail"]
