"""TikTok's webhooks: only its own, only fresh ones, each once; an access removed there is lost here."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from auth_service.adapters.heard_webhooks import MongoHeardWebhooks
from auth_service.bootstrap import Stores
from auth_service.domain.errors import StoreUnavailable
from auth_service.domain.identity import Person
from auth_service.domain.webhook import REMEMBERED, REPLAY_WINDOW, Heard
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.hearing import Hearing
from common.documents import store
from common.events import AccountStatus
from common.runtime.clock import FileClock, jump_clock
from sandbox.domain import timeline, webhooks
from sandbox.domain.authorization import App

from .http_face import problem
from .test_connecting import connected, events

PATH = "/webhooks/tiktok/"
SECRET = "not-a-real-secret"  # of the app in conftest


def removed(at: datetime, *, reason: int = 1, open_id: str = "open-1", client_key: str = "key-1") -> bytes:
    told = {
        "client_key": client_key,
        "event": "authorization.removed",
        "create_time": int(at.timestamp()),
        "user_openid": open_id,
        "content": json.dumps({"reason": reason}),
    }
    return json.dumps(told).encode()


def signature(body: bytes, at: datetime, *, secret: str = SECRET) -> str:
    seconds = int(at.timestamp())
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},s={signed}"


async def send(http: httpx.AsyncClient, body: bytes, signed: str | None) -> httpx.Response:
    headers = {"content-type": "application/json", **({"tiktok-signature": signed} if signed is not None else {})}
    return await http.post(PATH, content=body, headers=headers)


@pytest.fixture
def later(domain: FileClock, domain_file: Path) -> datetime:
    """A minute after everything before."""
    jump_clock(domain_file, timedelta(minutes=1))
    return domain.now()


async def statuses(connecting: Connecting, *people: Person) -> list[AccountStatus]:
    return [connection.status for person in people for connection in await connecting.list(person)]


async def test_a_removed_access_is_lost_in_every_workspace_with_its_reason(
    http: httpx.AsyncClient,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    stranger: Person,
    domain: FileClock,
    domain_file: Path,
) -> None:
    await connected(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=1))
    await connected(connecting, stranger)
    jump_clock(domain_file, timedelta(minutes=1))
    body = removed(domain.now(), reason=4)
    answer = await send(http, body, signature(body, domain.now()))
    assert (answer.status_code, answer.json()) == (200, {"news": True})
    assert await statuses(connecting, owner, stranger) == [AccountStatus.LOST_ACCESS] * 2
    [mine] = await connecting.list(owner)
    assert mine.lost_reason == "The access was removed at TikTok because the account was banned"
    assert sorted(await events(stores)) == [("authorization-lost", 2)] * 2 + [("connected", 1)] * 2


async def test_the_signature_is_the_one_of_the_sandbox(
    http: httpx.AsyncClient, connecting: Connecting, owner: Person, later: datetime
) -> None:
    body = removed(later)
    app = App(app_id="7123", secret=SECRET, client_key="key-1")
    now = timeline.moment_of(later)
    headers = webhooks.headers(app, body.decode(), now=now, log_id="1")
    assert (await http.post(PATH, content=body, headers=headers)).status_code == 200


async def test_sent_again_it_is_no_news_also_after_connecting_anew(
    http: httpx.AsyncClient, connecting: Connecting, stores: Stores, owner: Person, domain_file: Path, domain: FileClock
) -> None:
    await connected(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=1))
    body = removed(domain.now())
    answers = await asyncio.gather(*(send(http, body, signature(body, domain.now())) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert (await events(stores)).count(("authorization-lost", 2)) == 1
    jump_clock(domain_file, timedelta(minutes=1))
    await connected(connecting, owner)
    again = await send(http, body, signature(body, domain.now()))
    assert again.json() == {"news": False}
    assert await statuses(connecting, owner) == [AccountStatus.CONNECTED]


async def test_an_event_of_an_earlier_consent_that_comes_late_ends_no_new_one(
    http: httpx.AsyncClient, connecting: Connecting, owner: Person, domain_file: Path, domain: FileClock
) -> None:
    await connected(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=1))
    body = removed(domain.now())
    jump_clock(domain_file, timedelta(minutes=1))
    await connected(connecting, owner)
    assert (await send(http, body, signature(body, domain.now()))).status_code == 200
    assert await statuses(connecting, owner) == [AccountStatus.CONNECTED]


@pytest.mark.parametrize(
    "forged",
    [
        lambda body, at: None,
        lambda body, at: "",
        lambda body, at: "t=1,s=00",
        lambda body, at: signature(body, at).upper(),
        lambda body, at: signature(body, at, secret="another"),
        lambda body, at: signature(body + b" ", at),
        lambda body, at: signature(body, at).replace("t=1", "t=2"),
        lambda body, at: signature(body, at - REPLAY_WINDOW - timedelta(seconds=2)),
        lambda body, at: signature(body, at + REPLAY_WINDOW + timedelta(seconds=2)),
        lambda body, at: signature(body, at) + ",v=1",
    ],
)
async def test_what_is_not_signed_now_by_tiktok_changes_nothing(
    http: httpx.AsyncClient, connecting: Connecting, owner: Person, domain_file: Path, domain: FileClock, forged: object
) -> None:
    await connected(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=10))
    body = removed(domain.now())
    assert callable(forged)
    answer = await send(http, body, forged(body, domain.now()))
    assert problem(answer) == (401, "webhook-refused")
    assert "www-authenticate" not in answer.headers
    assert await statuses(connecting, owner) == [AccountStatus.CONNECTED]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"client_key": "key-1"}',
        removed(datetime(2026, 3, 10)).replace(b'\\"reason\\": 1', b"not json"),
        json.dumps(
            {"client_key": "key-1", "event": "x", "create_time": 10**18, "user_openid": "", "content": ""}
        ).encode(),
    ],
)
async def test_a_body_that_tiktok_does_not_send_is_refused(
    http: httpx.AsyncClient, owner: Person, later: datetime, body: bytes
) -> None:
    assert problem(await send(http, body, signature(body, later))) == (401, "webhook-refused")


async def test_of_another_app_or_account_nothing_is_lost(
    http: httpx.AsyncClient, connecting: Connecting, owner: Person, domain_file: Path, domain: FileClock
) -> None:
    await connected(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=1))
    now = domain.now()
    foreign = removed(now, client_key="key-2")
    assert problem(await send(http, foreign, signature(foreign, now))) == (401, "webhook-refused")
    unknown = removed(now, open_id="open-9")
    assert (await send(http, unknown, signature(unknown, now))).status_code == 200
    comment = removed(now).replace(b"authorization.removed", b"comment.update")
    assert (await send(http, comment, signature(comment, now))).json() == {"news": False}
    assert await statuses(connecting, owner) == [AccountStatus.CONNECTED]


class ForgetsOnce:
    """Dies once between heeding a webhook and remembering it."""

    def __init__(self, kept: MongoHeardWebhooks) -> None:
        self._kept = kept
        self._died = False

    async def knows(self, fingerprint: str) -> bool:
        return await self._kept.knows(fingerprint)

    async def add(self, heard: Heard) -> None:
        if not self._died:
            self._died = True
            raise StoreUnavailable("The database did not answer.")
        await self._kept.add(heard)

    async def remove_expired(self, at: datetime) -> None:
        await self._kept.remove_expired(at)


async def test_what_was_heeded_and_not_remembered_is_lost_once(
    hearing: Hearing, connecting: Connecting, stores: Stores, owner: Person, domain_file: Path, domain: FileClock
) -> None:
    dying = replace(hearing, heard=ForgetsOnce(stores.heard))
    await connected(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=1))
    body = removed(domain.now())
    signed = signature(body, domain.now())
    with pytest.raises(StoreUnavailable):
        await dying.hear(body, signed)
    assert [await dying.hear(body, signed), await dying.hear(body, signed)] == [True, False]
    assert await events(stores) == [("connected", 1), ("authorization-lost", 2)]


async def test_what_was_heard_is_forgotten_when_tiktok_sends_it_no_more(
    http: httpx.AsyncClient, stores: Stores, database: store.Database, owner: Person, later: datetime, wall: FileClock
) -> None:
    body = removed(later)
    await send(http, body, signature(body, later))
    heard = database.collection("heard_webhooks")
    await stores.heard.remove_expired(wall.now())
    assert len(await heard.find({})) == 1
    await stores.heard.remove_expired(wall.now() + REMEMBERED)
    assert await heard.find({}) == []
