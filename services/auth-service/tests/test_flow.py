"""The whole way as people and the ingestor go it: real Mongo, real Kafka, the sandbox and the service as processes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from aiokafka import AIOKafkaConsumer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymongo import AsyncMongoClient

from common.bus.publish import Publisher
from common.events import (
    CollectionState,
    CollectionStatusV1,
    CommandV1,
    decode,
    encode,
)
from common.events.topics import ACCESS, ACCOUNTS, COMMANDS
from common.runtime.clock import jump_clock, set_clock

from .flow_story import Owner, Story, access_of, complete, ended_of, page, profile_code, receipt_of
from .flow_system import (
    APP,
    DEADLINE_SECONDS,
    PASSWORD,
    Created,
    Heard,
    System,
    consent,
    create_workspace,
    ready,
    service_token,
    sign_in,
    webhook,
)


@pytest.fixture(scope="module")
def system(mongo_url: str, kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    made = System(mongo_url=mongo_url, kafka=kafka, folder=tmp_path_factory.mktemp("system"))
    set_clock(made.clock, now=datetime(2026, 3, 10, 9, 30, tzinfo=UTC), rate=1.0)
    environment = {
        **APP,
        "TOA_HTTP_PORT": str(made.ports["sandbox"]),
        "TOA_HEALTH_PORT": str(made.ports["sandbox.health"]),
        "TOA_CLOCK_FILE": str(made.clock),
        "TOA_SANDBOX_SEED": "7",
        "TOA_SANDBOX_STATE_DIR": str(made.folder / "sandbox"),
    }
    with made.running("sandbox", environment):
        asyncio.run(ready(environment))
        yield made


@pytest.fixture(scope="module")
def environment(system: System, key_ring_file: Path, session_key_file: Path, service_public_key: str) -> dict[str, str]:
    """The settings of auth-service."""
    return {
        **APP,
        "TOA_MONGO_URL": system.mongo_url,
        "TOA_MONGO_DATABASE": system.database,
        "TOA_KAFKA_BOOTSTRAP": system.kafka,
        "TOA_HTTP_PORT": str(system.ports["auth"]),
        "TOA_HEALTH_PORT": str(system.ports["auth.health"]),
        "TOA_CLOCK_FILE": str(system.clock),
        "TOA_PUBLIC_URL": system.auth,
        "TOA_TIKTOK_API_URL": f"{system.sandbox}/open_api/v1.3",
        "TOA_TIKTOK_AUTHORIZE_URL": f"{system.sandbox}/v2/auth/authorize",
        "TOA_TOKEN_KEYS_FILE": str(key_ring_file),
        "TOA_SESSION_KEY_FILE": str(session_key_file),
        "TOA_SERVICE_PUBLIC_KEYS": json.dumps({"ingestor": service_public_key}),
        "TOA_REGISTER_WEBHOOK": "true",
        "TOA_LOG_LEVEL": "DEBUG",
    }


@pytest.fixture(scope="module")
def serving(system: System, environment: dict[str, str], created: Created) -> Iterator[None]:
    """Started after the workspace was written, whose events therefore come from the sweep and not from a nudge."""
    with system.running("auth_service", environment):
        asyncio.run(ready(environment))
        yield


@pytest.fixture(scope="module")
def created(system: System, environment: dict[str, str]) -> Created:
    return create_workspace(system, environment)


@pytest.fixture
async def heard(system: System) -> AsyncIterator[Heard]:
    everything = Heard()
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        ACCOUNTS.name, ACCESS.name, bootstrap_servers=system.kafka, auto_offset_reset="earliest"
    )

    async def listen() -> None:
        async for record in consumer:
            everything.keep(record.topic, record.value)

    async with consumer, asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listen())
        yield everything
        listening.cancel()


@pytest.fixture
async def http(system: System, serving: None) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=system.auth) as client:
        yield client


@pytest.fixture
def lend(system: System, service_key: Ed25519PrivateKey) -> Callable[..., Awaitable[httpx.Response]]:
    async def ask(account_id: str, refused_version: int | None = None) -> httpx.Response:
        body = {"account_id": account_id, "refused_version": refused_version}
        async with httpx.AsyncClient(base_url=system.internal) as client:
            return await client.post("/internal/v1/tokens", json=body, headers=service_token(service_key))

    return ask


@pytest.fixture
async def story(
    system: System,
    created: Created,
    heard: Heard,
    http: httpx.AsyncClient,
    lend: Callable[..., Awaitable[httpx.Response]],
) -> Story:
    accounts = (await http.get(f"{system.sandbox}/_sandbox/accounts")).json()["accounts"]
    return Story(
        system=system,
        created=created,
        heard=heard,
        http=http,
        bearer=await sign_in(http),
        lend=lend,
        open_id=accounts[0]["open_id"],
    )


async def test_from_sign_in_to_lost_authorization(story: Story, environment: dict[str, str]) -> None:
    assert create_workspace(story.system, environment) == {**story.created, "api_key": None}
    await story.heard.until(lambda: len(access_of(story.heard, story.created)) >= 2)
    account_id = await story.account_is_connected(await story.account_is_held_until_confirmed())
    first, second = await story.token_is_refreshed_when_it_expires(account_id)
    await story.no_webhook_comes()
    await story.authorization_is_lost(account_id, second["token_version"])
    third = await story.account_is_reconnected_with_fewer_scopes(account_id)
    secrets = {answer["access_token"] for answer in (first, second, third)} | {APP["TOA_TIKTOK_APP_SECRET"]}
    await _assert_nowhere(story.system, story.heard, secrets)


@pytest.fixture
async def by_link(system: System, http: httpx.AsyncClient) -> AsyncIterator[Owner]:
    async with httpx.AsyncClient(base_url=system.auth) as browser:
        yield Owner(system=system, http=http, bearer=await sign_in(http), browser=browser)


async def test_an_owner_connects_by_a_link_and_ends_it_at_tiktok(
    by_link: Owner, system: System, created: Created
) -> None:
    accounts = (await by_link.http.get(f"{system.sandbox}/_sandbox/accounts")).json()["accounts"]
    open_id = accounts[1]["open_id"]
    account_id = await by_link.connects(open_id)
    path = f"/auth/v1/connections/{account_id}"

    async def state() -> dict[str, Any]:
        shown: dict[str, Any] = (await by_link.http.get(path, headers=by_link.bearer)).json()["state"]
        return shown

    async def until(name: str) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (shown := await state())["name"] != name:
                await asyncio.sleep(0.05)
        return shown

    async def deliveries() -> list[str]:
        told = (await by_link.http.get(f"{system.sandbox}/_sandbox/webhooks")).json()["deliveries"]
        return [one["state"] for one in told if one["open_id"] == open_id]

    await webhook(system, "update", callback_url=f"{system.auth}/webhooks/tiktok/")
    assert (await state())["name"] == "connecting"
    tested = (await by_link.http.post(f"{path}/test", headers=by_link.bearer)).json()
    assert tested["works"], tested
    status = CollectionStatusV1(
        workspace_id=UUID(created["workspace_id"]),
        account_id=UUID(account_id),
        state=CollectionState.RATE_LIMITED,
        reason="TikTok's limit",
        since=datetime(2026, 3, 10, tzinfo=UTC),
        revision=1,
    )
    async with Publisher(system.kafka) as publisher:
        await publisher.publish([encode(status, service="ingestor")])
    assert (await until("rate_limited"))["reason"] == "TikTok's limit"
    jump_clock(system.clock, timedelta(minutes=1))
    await by_link.http.post(f"{system.sandbox}/_sandbox/revoke", params={"open_id": open_id})
    lost = await until("lost_access")
    assert lost["reason"] == "The access was removed at TikTok by the account's owner"
    # What it changed shows before our answer has reached the sandbox.
    async with asyncio.timeout(DEADLINE_SECONDS):
        while await deliveries() != ["delivered"]:
            await asyncio.sleep(0.05)


async def test_a_command_reaches_its_topic(by_link: Owner, system: System, created: Created) -> None:
    accounts = (await by_link.http.get(f"{system.sandbox}/_sandbox/accounts")).json()["accounts"]
    account_id = await by_link.connects(accounts[2]["open_id"])
    answer = await by_link.http.post(
        f"/auth/v1/connections/{account_id}/commands", json={"kind": "pause"}, headers=by_link.bearer
    )
    assert answer.status_code == 202, answer.text
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        COMMANDS.name, bootstrap_servers=system.kafka, auto_offset_reset="earliest"
    )
    async with consumer, asyncio.timeout(DEADLINE_SECONDS):
        async for record in consumer:
            command = decode(CommandV1, record.value)
            if str(command.account_id) == account_id:
                break
    assert (str(command.command_id), command.action.kind) == (answer.json()["command_id"], "pause")


async def _assert_nowhere(system: System, heard: Heard, secrets: set[str]) -> None:
    """No token lies in the database, in an event or in a log."""
    async with AsyncMongoClient[dict[str, object]](system.mongo_url) as client:
        database = client[system.database]
        names = await database.list_collection_names()
        stored = "".join([str(document) for name in names async for document in database[name].find()])
    everything = {"mongo": stored, "kafka": b"".join(heard.raw).decode(), "log": system.log.read_text()}
    assert "open_id" in everything["mongo"]
    assert "open_id" in everything["kafka"]
    for place, text in everything.items():
        for secret in secrets | {"act.", "rft.", PASSWORD}:
            assert secret not in text, place


async def test_an_account_is_erased_when_the_other_stores_have_told_theirs(story: Story) -> None:
    page = await consent(story.http, story.bearer, account=story.open_id)
    answer = await story.http.post(
        f"/auth/v1/connections/pending/{page.params['pending']}/confirm", headers=story.bearer
    )
    account_id, username = answer.json()["account_id"], answer.json()["username"]
    lent = (await story.lend(account_id)).json()
    assert await profile_code(story.system, lent) == 0
    body = {"account_id": account_id, "confirm": username}
    asked = await story.http.post("/auth/v1/erasures", json=body, headers=story.bearer)
    assert asked.status_code == 202, asked.text
    await complete(story, asked.json()["erasure_id"])
    receipt = await receipt_of(story, asked.json()["erasure_id"], lambda one: one["done_at"] is not None)
    assert {one["store"]: one["outcome"] for one in receipt["stores"]} == {
        "auth": "erased",
        "ingestor": "erased",
        "query": "erased",
        "clickhouse": "erased",
    }
    ours = [event for event in story.heard.accounts if str(event.account_id) == account_id]
    await story.heard.until(lambda: story.heard.accounts[-1].change == "erased")
    last = story.heard.accounts[-1]
    assert (str(last.account_id), last.username, last.open_id, len(ours) >= 2) == (account_id, None, None, True)
    assert await profile_code(story.system, lent) == 40105
    assert (await story.lend(account_id)).status_code == 404


async def test_an_ended_session_is_heard_of_by_those_who_know_only_its_token(story: Story) -> None:
    await story.http.delete("/auth/v1/sessions")
    ended = jwt.decode(story.bearer["Authorization"].removeprefix("Bearer "), options={"verify_signature": False})[
        "sid"
    ]
    await story.heard.until(lambda: UUID(ended) in ended_of(story.heard, story.created))


async def test_a_refusal_at_tiktok_is_told_on_a_page(created: Created, http: httpx.AsyncClient) -> None:
    bearer = await sign_in(http)
    started = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=bearer)
    to_callback = await http.post(started.json()["authorize_url"], data={"decision": "deny"})
    to_page = await http.get(to_callback.headers["location"])
    assert page(to_page) == ("/connect/failed", {"reason": ["denied"]})
    again = await http.get(to_callback.headers["location"])
    assert page(again) == ("/connect/failed", {"reason": ["state"]})
