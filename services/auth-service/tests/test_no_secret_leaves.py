"""A whole flow, and then a search: no token, code or key in the log, an event, a document, a notice or an answer."""

import asyncio
import base64
import io
import json
import logging
import traceback
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from pymongo import AsyncMongoClient

from auth_service.adapters.key_rings import KeyRingFile
from auth_service.adapters.relay import Relay
from auth_service.adapters.token_cipher import TokenCipher
from auth_service.adapters.workspace_keys import MongoWorkspaceKeys
from auth_service.bootstrap import Stores
from auth_service.domain.errors import AuthError
from auth_service.domain.identity import Person
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.telling import Telling
from common.documents.store import Database
from common.runtime.clock import FileClock, jump_clock
from common.runtime.logs import configure_logs

from .test_lending_tokens import REFRESH, Script, connect
from .test_letting_go import REVOKE
from .test_relay import Recorder

CODE = "code-that-is-used-once"
FAULTS = (
    httpx.Response(500, text="act.in-a-fault"),
    httpx.Response(200, json={"code": 40101, "message": "rft.in-a-message", "data": {"access_token": "act.in-data"}}),
    httpx.Response(200, text='{"code": "act.not-a-number"}'),
    httpx.Response(200, json={"code": 0, "data": {"access_token": ["act.in-a-list"]}}),
    httpx.ReadTimeout("rft.in-an-error"),
)
# What the flow makes of its own stands in the tests of TikTok's scripted answers: `act.secret-3`, `rft.secret-3`.
MARKS = ("act.", "rft.", CODE, "not-a-real-secret")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the service logs, at its most talkative."""
    root, text = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    configure_logs("auth-service", "DEBUG")
    for handler in root.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(text)
    yield text
    root.handlers[:] = before
    root.setLevel(level)


class Flow:
    """One account's life, with every fault on the way; what people and services were answered is kept."""

    def __init__(self) -> None:
        self.answers: list[str] = []

    async def refused(self, work: "asyncio.Future[object]") -> None:
        with pytest.raises(AuthError) as caught:
            await work
        self.answers.append("".join(traceback.format_exception(caught.value)))


async def test_no_secret_leaves(
    *,
    connecting: Connecting,
    lending: LendingTokens,
    letting_go: LettingGo,
    erasing: Erasing,
    telling: Telling,
    stores: Stores,
    database: Database,
    owner: Person,
    http: httpx.AsyncClient,
    internal: httpx.AsyncClient,
    bearer: dict[str, str],
    script: Script,
    domain_file: Path,
    wall_file: Path,
    wall: FileClock,
    key_ring_file: Path,
    mongo_url: str,
    database_name: str,
    log: io.StringIO,
) -> None:
    flow = Flow()
    await _failing_connects(flow, connecting, owner, http, bearer, script)
    # A profile that TikTok left empty is shown; nobody answered, so it is given back.
    jump_clock(wall_file, timedelta(minutes=11))
    await connecting.releasing.release_expired()
    account_id = await connect(connecting, owner)
    await _failing_refreshes(flow, lending, internal, account_id, script)
    script[REFRESH] = [httpx.Response(200, json={"code": 40105, "message": "act.refused"})]
    await flow.refused(asyncio.ensure_future(lending.token(account_id, 1)))
    await telling.tell_changes()
    jump_clock(domain_file, timedelta(days=1))
    assert await connect(connecting, owner) == account_id
    await _near_its_end(lending, telling, account_id, domain_file)
    stored = [await _dump(mongo_url, database_name)]
    keys = await _keys(database, owner, key_ring_file)
    script[REVOKE] = list(FAULTS)
    await _leaves(letting_go, erasing, owner, account_id, wall_file)
    stored.append(await _dump(mongo_url, database_name))
    places = {
        "log": log.getvalue(),
        "events": await _relayed(stores, wall),
        "documents": "".join(stored),
        "answers": "".join(flow.answers),
    }
    _expect_nowhere(places, keys)


async def _near_its_end(lending: LendingTokens, telling: Telling, account_id: UUID, domain_file: Path) -> None:
    jump_clock(domain_file, timedelta(days=352))
    await lending.token(account_id, None)
    await telling.warn_of_ends()


async def _leaves(letting_go: LettingGo, erasing: Erasing, owner: Person, account_id: UUID, wall_file: Path) -> None:
    """Disconnected, given back although TikTok answers badly at first, and erased."""
    await letting_go.disconnect(owner, account_id)
    for _ in FAULTS:
        await letting_go.let_go()
    await erasing.request_account(owner, account_id, confirm="northlight")
    await erasing.go_on()
    jump_clock(wall_file, timedelta(days=2))
    await erasing.go_on()


async def _failing_connects(
    flow: Flow, connecting: Connecting, owner: Person, http: httpx.AsyncClient, bearer: dict[str, str], script: Script
) -> None:
    for fault in FAULTS:
        script["tt_user/oauth2/token/"] = [fault]
        started = await http.post("/auth/v1/connections", json={}, headers=bearer)
        state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
        answer = await http.get("/oauth/tiktok/callback/", params={"code": CODE, "state": state})
        flow.answers.append(f"{answer.headers} {answer.text}")
        script["business/get/"] = [fault, fault, fault]
        state = parse_qs(urlsplit(await connecting.start(owner, "tiktok", browser=http.cookies["toa_connect"])).query)[
            "state"
        ][0]
        answer = await http.get("/oauth/tiktok/callback/", params={"code": CODE, "state": state})
        flow.answers.append(f"{answer.headers} {answer.text}")
        script["business/get/"] = []


async def _failing_refreshes(
    flow: Flow, lending: LendingTokens, internal: httpx.AsyncClient, account_id: UUID, script: Script
) -> None:
    for fault in FAULTS:
        script[REFRESH] = [fault]
        await flow.refused(asyncio.ensure_future(lending.token(account_id, 1)))
    body = {"account_id": str(account_id), "refused_version": "act.of-a-caller"}
    unsigned = await internal.post(
        "/internal/v1/tokens", json=body, headers={"Authorization": "Bearer act.of-a-caller"}
    )
    flow.answers.append(unsigned.text)


async def _relayed(stores: Stores, wall: FileClock) -> str:
    """All that others are told."""
    registry, recorder = CollectorRegistry(), Recorder()
    relay = Relay(outboxes=stores.outboxes, publisher=recorder, wall=wall, nudged=asyncio.Event(), registry=registry)
    await relay.sweep()
    assert b"act." not in generate_latest(registry)
    return "".join(f"{one.key!r}{one.value!r}{one.headers!r}" for one in recorder.sent)


async def _dump(mongo_url: str, name: str) -> str:
    """Every document of every collection, in clear."""
    async with AsyncMongoClient[dict[str, object]](mongo_url) as client:
        collections = await client[name].list_collection_names()
        found = [str(one) for each in collections async for one in client[name][each].find()]
    assert {"grants", "connections", "notices", "workspace_keys"} <= set(collections)
    return "".join(found)


async def _keys(database: Database, owner: Person, ring: Path) -> list[bytes]:
    """Every key that seals: those of the ring and the workspace's."""
    read = KeyRingFile(ring).read()
    workspace = await MongoWorkspaceKeys(database, TokenCipher(read)).of(owner.workspace_id)
    return [*read.keys.values(), workspace.secret]


def _expect_nowhere(places: dict[str, str], keys: Iterable[bytes]) -> None:
    for place, text in places.items():
        assert len(text) > 100, f"{place} was searched"
        for secret in (*MARKS, *(form for key in keys for form in _forms(key))):
            assert secret not in text, f"{secret} in {place}"
    assert "consent not given back yet" in places["log"]
    assert "lost_access" in places["documents"]
    assert "erased" in places["events"]


def _forms(key: bytes) -> tuple[str, ...]:
    return (key.hex(), base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode(), json.dumps(repr(key)))
