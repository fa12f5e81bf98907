"""The stream of changes, as a client reads it."""

import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prometheus_client import CollectorRegistry

from common.events import KeyScope, RollupsUpdatedV1
from common.events.envelope import Message
from common.runtime.clock import WallClock
from query_api.adapters.change_streams import KEPT_CHANGES, MOST_WAITING, MemoryChangeStreams
from query_api.domain.changes import Change

from .system import NOW, Api, Platform, Signer, Tenant, until

SECONDS = 20
Told = dict[str, Any]


class Stream:
    """Reads a stream in a thread of its own."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._told: queue.Queue[Told | None] = queue.Queue()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def next(self) -> Told:
        """The next event; fails when the stream has ended."""
        told = self._told.get(timeout=SECONDS)
        assert told is not None, "the stream has ended"
        return told

    def change(self) -> Told:
        """The next one; a process that has only just read the topics through begins with a reset."""
        while (told := self.next())["event"] == "reset":
            pass
        return told

    def until_ended(self) -> list[Told]:
        """What comes before the stream ends."""
        rest = []
        while (told := self._told.get(timeout=SECONDS)) is not None:
            rest.append(told)
        return rest

    def join(self) -> None:
        self._reading.join(SECONDS)

    def _read(self) -> None:
        told: Told = {}
        with suppress(httpx.HTTPError, httpx.StreamError):
            for line in self.response.iter_lines():
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    told[name] = value
                elif told:
                    self._told.put(told)
                    told = {}
        self._told.put(None)


@contextmanager
def listening(tenant: Tenant, headers: dict[str, str] | None = None, last: str | None = None) -> Iterator[Stream]:
    known = {"Last-Event-ID": last} if last is not None else {}
    with (
        httpx.Client(timeout=httpx.Timeout(10, read=None)) as client,
        client.stream("GET", f"{tenant.url}/v1/changes", headers={**(headers or tenant.headers), **known}) as response,
    ):
        assert response.status_code == 200, response.read()
        stream = Stream(response)
        try:
            yield stream
        finally:
            # Closing would wait for the reading thread, which waits for the next word.
            with suppress(OSError):
                response.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
            stream.join()


@pytest.fixture(scope="module")
def long_there(platform: Platform, keeping: Api) -> Api:
    """The process when it has listened for so long that who was away for a moment missed nothing."""
    tenant = _with_key(platform, keeping)
    until(lambda: _comes_back(tenant))
    return keeping


@pytest.fixture
def new_listener(platform: Platform, long_there: Api) -> Callable[[], Tenant]:
    return lambda: _with_key(platform, long_there)


def _with_key(platform: Platform, api: Api) -> Tenant:
    tenant = Tenant(platform=platform, url=api.url)
    tenant.publish_key()
    until(lambda: tenant.get("/v1/accounts").status_code == 200)
    return tenant


def _comes_back(tenant: Tenant) -> bool:
    with listening(tenant) as stream:
        place = stream.next()["id"]
    tenant.platform.publish(updated(tenant, uuid4()))
    with listening(tenant, last=place) as stream:
        return bool(stream.next()["event"] == "change")


@pytest.fixture
def tenant(new_listener: Callable[[], Tenant]) -> Tenant:
    return new_listener()


def updated(tenant: Tenant, account: UUID, *rollups: str, start: date | None = None) -> RollupsUpdatedV1:
    return RollupsUpdatedV1(
        workspace_id=tenant.workspace_id,
        account_id=account,
        rollups=rollups or ("account_day",),
        from_day=start,
        version=1,
        observed_at=NOW,
    )


def test_a_change_comes_and_another_tenants_does_not(tenant: Tenant, new_listener: Callable[[], Tenant]) -> None:
    other, account = new_listener(), uuid4()
    with listening(tenant) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.response.headers["cache-control"] == "no-store"
        assert stream.next()["event"] == "ready"
        tenant.platform.publish(updated(other, account), updated(other, uuid4()))
        tenant.platform.publish(updated(tenant, account, "post_latest", "post_day", start=date(2026, 3, 1)))
        told = stream.change()
    assert told["event"] == "change"
    assert json.loads(told["data"]) == {
        "account_id": str(account),
        "rollups": ["post_latest", "post_day"],
        "from": "2026-03-01",
        "to": None,
    }


def test_only_changes_of_readable_accounts_come(tenant: Tenant) -> None:
    mine, other = uuid4(), uuid4()
    limited = Tenant(platform=tenant.platform, url=tenant.url, workspace_id=tenant.workspace_id)
    limited.publish_key(accounts=[mine])
    until(lambda: limited.get("/v1/accounts").status_code == 200)
    with listening(limited) as stream:
        assert stream.next()["event"] == "ready"
        tenant.platform.publish(updated(tenant, other))
        tenant.platform.publish(updated(tenant, mine))
        assert json.loads(stream.change()["data"])["account_id"] == str(mine)


def test_who_comes_back_hears_what_was_missed(tenant: Tenant) -> None:
    with listening(tenant) as stream:
        place = stream.next()["id"]
    account = uuid4()
    tenant.platform.publish(updated(tenant, account))
    with listening(tenant, last=place) as stream:
        told = stream.next()
        assert (told["event"], json.loads(told["data"])["account_id"]) == ("change", str(account))


def test_who_was_away_for_too_long_begins_anew(tenant: Tenant) -> None:
    with listening(tenant, last="1") as stream:
        reset = stream.next()
        assert reset["event"] == "reset"
        account = uuid4()
        tenant.platform.publish(updated(tenant, account))
        assert json.loads(stream.next()["data"])["account_id"] == str(account)
    with listening(tenant, last=reset["id"]) as stream:
        assert stream.next()["event"] == "change", "it goes on from the reset"


def test_news_that_nobody_can_read_may_have_been_anything(tenant: Tenant) -> None:
    with listening(tenant) as stream:
        assert stream.next()["event"] == "ready"
        tenant.platform.send(Message(topic="tiktok.rollups-updated.v1", key=b"x", value=b"not json", headers=()))
        assert stream.next()["event"] == "reset"


def test_a_revoked_key_hears_no_more(tenant: Tenant) -> None:
    with listening(tenant) as stream:
        assert stream.next()["event"] == "ready"
        tenant.publish_key(revoked=True, revision=2)
        (last,) = stream.until_ended()
    assert last["event"] == "end"
    assert "revoked" in last["data"]


def test_a_token_hears_until_it_expires(tenant: Tenant, signer: Signer) -> None:
    # Five seconds of leeway are given for clocks that differ.
    expires = int(datetime.now(UTC).timestamp()) - 1
    token = signer.token(uuid4(), tenant.workspace_id, exp=expires)
    with listening(tenant, headers={"Authorization": f"Bearer {token}"}) as stream:
        assert stream.next()["event"] == "ready"
        (last,) = stream.until_ended()
    assert last["event"] == "end"
    assert "expired" in last["data"]


def test_nobody_listens_more_often_than_may_be(tenant: Tenant) -> None:
    with listening(tenant) as one, listening(tenant) as two:
        assert one.next()["event"] == two.next()["event"] == "ready"
        refused = tenant.get("/v1/changes")
        assert (refused.status_code, refused.json()["type"]) == (429, "too-often")
        assert refused.headers["retry-after"].isdecimal()

    def again() -> bool:
        with tenant.client.stream("GET", f"{tenant.url}/v1/changes", headers=tenant.headers) as answer:
            return answer.status_code == 200

    until(again)


def test_who_may_not_read_may_not_listen(tenant: Tenant) -> None:
    exporter = Tenant(platform=tenant.platform, url=tenant.url)
    exporter.publish_key(scopes=(KeyScope.EXPORT,))
    until(lambda: exporter.get("/v1/accounts").status_code == 403)
    assert exporter.get("/v1/changes").status_code == 403
    assert httpx.get(f"{tenant.url}/v1/changes").status_code == 401
    wrong = httpx.get(f"{tenant.url}/v1/changes", headers={**tenant.headers, "Last-Event-ID": "x"})
    assert wrong.status_code == 422


def test_a_process_that_ends_lets_its_listeners_go(new_api: Callable[..., Api], tenant: Tenant) -> None:
    ending = new_api({})
    until(lambda: httpx.get(f"{ending.url}/v1/accounts", headers=tenant.headers).status_code == 200)
    there = Tenant(platform=tenant.platform, url=ending.url)
    with listening(there, headers=tenant.headers) as stream:
        assert stream.next()["event"] == "ready"
        ending.process.terminate()
        assert stream.until_ended() == []
    assert ending.process.wait(SECONDS) == 0


# What is kept, without a server.

WORKSPACE = uuid4()


@pytest.fixture
def streams() -> MemoryChangeStreams:
    return MemoryChangeStreams(wall=WallClock(), most_of_one=2, registry=CollectorRegistry())


def change(place: int, workspace_id: UUID = WORKSPACE) -> Change:
    return Change(
        workspace_id=workspace_id, account_id=uuid4(), rollups=("post_day",), start=None, end=None, place=place
    )


async def test_a_client_that_does_not_read_misses_and_holds_little(streams: MemoryChangeStreams) -> None:
    listener = streams.listen("key:a", WORKSPACE, after=None)
    changes = [change(number) for number in range(MOST_WAITING + 1)]
    for one in changes:
        streams.tell(one)
    heard = await listener.heard(seconds=0)
    assert (heard.missed, heard.changes) == (True, (changes[-1],))
    assert not (await listener.heard(seconds=0)).missed


async def test_what_is_not_kept_any_more_counts_as_missed(streams: MemoryChangeStreams) -> None:
    now = streams.place
    place = now + 60_000
    for number in range(KEPT_CHANGES + 1):
        streams.tell(change(place + number * 10, uuid4()))
    assert (await streams.listen("key:a", WORKSPACE, after=place).heard(seconds=0)).missed
    assert not (await streams.listen("key:a", WORKSPACE, after=place + 10_000).heard(seconds=0)).missed


async def test_who_left_may_listen_again(streams: MemoryChangeStreams) -> None:
    for _ in range(5):
        listener = streams.listen("key:a", WORKSPACE, after=None)
        listener.leave()
        listener.leave()
    streams.tell(change(1))
    assert (await listener.heard(seconds=0)).changes == ()
