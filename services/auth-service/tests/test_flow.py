"""The whole way as people and the ingestor go it: real Mongo, real Kafka, the sandbox and the service as processes."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from aiokafka import AIOKafkaConsumer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymongo import AsyncMongoClient

from common.bus.publish import Publisher
from common.catalog import SCOPES
from common.events import (
    AccessV1,
    AccountV1,
    CollectionState,
    CollectionStatusV1,
    CommandV1,
    ErasureCompletion,
    ErasureV1,
    Store,
    decode,
    encode,
)
from common.events.topics import ACCESS, ACCOUNTS, COMMANDS
from common.runtime.clock import jump_clock, set_clock
from embedded import ports, readiness

APP = {
    "TOA_TIKTOK_APP_ID": "7123",
    "TOA_TIKTOK_APP_SECRET": "not-a-real-app-secret",
    "TOA_TIKTOK_CLIENT_KEY": "key-1",
}
EMAIL, PASSWORD = "ada@example.test", "correct horse battery"
# Long, because the machine may be busy; nothing waits longer than it must.
DEADLINE_SECONDS = 120.0


Created = dict[str, str | None]


class System:
    """Addresses, files and processes of one running system."""

    def __init__(self, *, mongo_url: str, kafka: str, folder: Path) -> None:
        self.mongo_url, self.kafka, self.folder = mongo_url, kafka, folder
        self.database = f"auth_{uuid4().hex}"
        chosen = ports.choose({"sandbox": 0, "sandbox.health": 0, "auth": 0, "auth.health": 0})
        self.ports = chosen
        self.sandbox = f"http://127.0.0.1:{chosen['sandbox']}"
        self.auth = f"http://127.0.0.1:{chosen['auth']}"
        self.internal = f"http://127.0.0.1:{chosen['auth.health']}"
        self.clock = folder / "clock.json"
        self.log = folder / "auth_service.log"

    @contextmanager
    def running(self, module: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
        """`module` as a process, ended with the block."""
        line = [sys.executable, "-m", module]
        with (self.folder / f"{module}.log").open("ab") as log:
            process = subprocess.Popen(line, env={**os.environ, **environment}, stdout=log, stderr=log)
            try:
                yield process
            finally:
                process.terminate()
                assert process.wait(60) == 0, f"{module} did not end cleanly; see {log.name}"


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


async def ready(environment: Mapping[str, str]) -> None:
    await readiness.http(f"http://127.0.0.1:{environment['TOA_HEALTH_PORT']}/readyz", DEADLINE_SECONDS)


@pytest.fixture(scope="module")
def created(system: System, environment: dict[str, str]) -> Created:
    return create_workspace(system, environment)


def create_workspace(system: System, environment: Mapping[str, str]) -> Created:
    """By the command line, which needs the database only."""
    password_file = system.folder / "password"
    password_file.write_text(f"{PASSWORD}\n")
    line = [sys.executable, "-m", "auth_service", "create-workspace", "--name", "Studio", "--email", EMAIL]
    store = {name: environment[name] for name in ("TOA_MONGO_URL", "TOA_MONGO_DATABASE")}
    done = subprocess.run(
        [*line, "--password-file", str(password_file), "--timezone", "Europe/Berlin"],
        env={**os.environ, **store},
        capture_output=True,
        text=True,
        check=True,
    )
    made: Created = json.loads(done.stdout)
    return made


class Heard:
    """All events of the two topics so far."""

    def __init__(self) -> None:
        self.accounts: list[AccountV1] = []
        self.access: list[AccessV1] = []
        self.raw: list[bytes] = []

    def keep(self, topic: str, value: bytes | None) -> None:
        self.raw.append(value or b"")
        if topic == ACCOUNTS.name:
            self.accounts.append(decode(AccountV1, value))
        else:
            self.access.append(decode(AccessV1, value))

    async def until(self, found: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not found():
                await asyncio.sleep(0.02)


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


async def sign_in(http: httpx.AsyncClient) -> dict[str, str]:
    answer = await http.post("/auth/v1/sessions", json={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def consent(
    http: httpx.AsyncClient, bearer: dict[str, str], *, account: str, scopes: tuple[str, ...] = SCOPES
) -> httpx.URL:
    """Start, answer the sandbox's page as a browser does, and return where the person ends up."""
    started = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=bearer)
    assert started.status_code == 201, started.text
    form = {"account": account, "decision": "allow", "scopes": list(scopes)}
    to_callback = await http.post(started.json()["authorize_url"], data=form)
    assert to_callback.status_code == 302, to_callback.text
    to_page = await http.get(to_callback.headers["location"])
    assert to_page.status_code == 303
    return httpx.URL(to_page.headers["location"])


def service_token(key: Ed25519PrivateKey) -> dict[str, str]:
    now = datetime.now(UTC)
    claims = {"iss": "ingestor", "aud": "auth-service", "iat": now, "exp": now + timedelta(seconds=60)}
    return {"Authorization": f"Bearer {jwt.encode(claims, key, algorithm='EdDSA')}"}


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


async def webhook(system: System, what: str, **more: str) -> dict[str, str]:
    """`list`, `update` or `delete` the app's webhook at TikTok."""
    app = {"app_id": APP["TOA_TIKTOK_APP_ID"], "secret": APP["TOA_TIKTOK_APP_SECRET"], "event_type": "DEFAULT"}
    address = f"{system.sandbox}/open_api/v1.3/business/webhook/{what}/"
    async with httpx.AsyncClient() as client:
        asked = client.get(address, params=app) if what == "list" else client.post(address, json={**app, **more})
        answer = (await asked).json()
    assert answer["code"] == 0, answer
    data: dict[str, str] = answer["data"]
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One account's way through the service, a chapter a method; each asserts what its people see."""

    system: System
    created: Created
    heard: Heard
    http: httpx.AsyncClient
    bearer: dict[str, str]
    lend: Callable[..., Awaitable[httpx.Response]]
    open_id: str

    async def account_is_held_until_confirmed(self) -> str:
        """The id of the pending connection."""
        page = await consent(self.http, self.bearer, account=self.open_id)
        assert str(page).startswith(f"{self.system.auth}/connect/confirm?pending=")
        pending = await self._get(f"/auth/v1/connections/pending/{page.params['pending']}")
        assert pending["username"]
        assert pending["missing_scopes"] == []
        assert pending["already_connected"] is False
        assert _accounts_of(self.heard, self.created) == []
        return page.params["pending"]

    async def account_is_connected(self, pending_id: str) -> str:
        """The account's id."""
        account_id = str((await self._confirm(pending_id))["account_id"])
        await self._until_changes(1)
        [event] = _accounts_of(self.heard, self.created)
        assert (str(event.account_id), event.change, event.open_id, event.revision) == (
            account_id,
            "connected",
            self.open_id,
            1,
        )
        [shown] = (await self._get("/auth/v1/connections"))["connections"]
        assert event.username == shown["username"]
        return account_id

    async def token_is_refreshed_when_it_expires(self, account_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The tokens before and after."""
        first = (await self.lend(account_id)).json()
        assert await _profile_code(self.system, first) == 0
        jump_clock(self.system.clock, timedelta(hours=25))
        second = (await self.lend(account_id)).json()
        assert second["token_version"] == first["token_version"] + 1
        assert await _profile_code(self.system, first) == 40102
        assert await _profile_code(self.system, second) == 0
        return first, second

    async def no_webhook_comes(self) -> None:
        """The service had asked for them; TikTok does not promise that they come."""
        [listed, ended] = [await webhook(self.system, what) for what in ("list", "delete")]
        assert listed == ended
        assert listed["callback_url"] == f"{self.system.auth}/webhooks/tiktok/"

    async def authorization_is_lost(self, account_id: str, refused_version: int) -> None:
        await self.http.post(f"{self.system.sandbox}/_sandbox/revoke", params={"open_id": self.open_id})
        assert (await self.lend(account_id)).status_code == 200, "nobody knows yet"
        lost = await self.lend(account_id, refused_version)
        assert (lost.status_code, lost.json()["type"]) == (409, "authorization-lost")
        await self._until_changes(2)
        assert _accounts_of(self.heard, self.created)[-1].change == "authorization-lost"
        [shown] = (await self._get("/auth/v1/connections"))["connections"]
        assert shown["status"] == "lost_access"

    async def account_is_reconnected_with_fewer_scopes(self, account_id: str) -> dict[str, Any]:
        """The new token."""
        again = await consent(self.http, self.bearer, account=self.open_id, scopes=SCOPES[:-1])
        confirmed = await self._confirm(again.params["pending"])
        assert (confirmed["account_id"], confirmed["missing_scopes"]) == (account_id, [SCOPES[-1]])
        await self._until_changes(3)
        assert _accounts_of(self.heard, self.created)[-1].change == "reconnected"
        third: dict[str, Any] = (await self.lend(account_id)).json()
        assert await _profile_code(self.system, third) == 0
        return third

    async def _confirm(self, pending_id: str) -> dict[str, Any]:
        answer = await self.http.post(f"/auth/v1/connections/pending/{pending_id}/confirm", headers=self.bearer)
        assert answer.status_code == 201, answer.text
        confirmed: dict[str, Any] = answer.json()
        return confirmed

    async def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.http.get(path, headers=self.bearer)).json()
        return answer

    async def _until_changes(self, count: int) -> None:
        await self.heard.until(lambda: len(_accounts_of(self.heard, self.created)) >= count)
        assert len(_accounts_of(self.heard, self.created)) == count


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
    await story.heard.until(lambda: len(_access_of(story.heard, story.created)) >= 2)
    account_id = await story.account_is_connected(await story.account_is_held_until_confirmed())
    first, second = await story.token_is_refreshed_when_it_expires(account_id)
    await story.no_webhook_comes()
    await story.authorization_is_lost(account_id, second["token_version"])
    third = await story.account_is_reconnected_with_fewer_scopes(account_id)
    secrets = {answer["access_token"] for answer in (first, second, third)} | {APP["TOA_TIKTOK_APP_SECRET"]}
    await _assert_nowhere(story.system, story.heard, secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The owner of an account in a browser of their own, who came by a link of `bearer`'s workspace."""

    system: System
    http: httpx.AsyncClient
    bearer: dict[str, str]
    browser: httpx.AsyncClient

    async def connects(self, open_id: str) -> str:
        """Their account's id, as members see it."""
        made = await self.http.post("/auth/v1/connect-links", json={}, headers=self.bearer)
        held = {"token": urlsplit(made.json()["url"]).fragment}
        started = await self.browser.post("/auth/v1/connect-links/start", json=held)
        form = {"account": open_id, "decision": "allow", "scopes": list(SCOPES)}
        to_callback = await self.browser.post(started.json()["authorize_url"], data=form)
        to_page = await self.browser.get(to_callback.headers["location"])
        assert urlsplit(to_page.headers["location"]).path == "/connect/link/confirm"
        pending = f"/auth/v1/connect-links/pending/{httpx.URL(to_page.headers['location']).params['pending']}"
        kept = await self.browser.post(f"{pending}/confirm")
        assert kept.status_code == 201, kept.text
        assert (await self.browser.post("/auth/v1/connect-links/look", json=held)).status_code == 410
        listed = (await self.http.get("/auth/v1/connect-links", headers=self.bearer)).json()["connect_links"]
        return str(listed[0]["account_id"])


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
    told = (await by_link.http.get(f"{system.sandbox}/_sandbox/webhooks")).json()["deliveries"]
    assert [one["state"] for one in told if one["open_id"] == open_id] == ["delivered"]


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
    assert await _profile_code(story.system, lent) == 0
    body = {"account_id": account_id, "confirm": username}
    asked = await story.http.post("/auth/v1/erasures", json=body, headers=story.bearer)
    assert asked.status_code == 202, asked.text
    await _complete(story, asked.json()["erasure_id"])
    receipt = await _receipt(story, asked.json()["erasure_id"], lambda one: one["done_at"] is not None)
    assert {one["store"]: one["outcome"] for one in receipt["stores"]} == {
        "auth": "erased",
        "ingestor": "erased",
        "query": "nothing_kept",
        "clickhouse": "erased",
    }
    ours = [event for event in story.heard.accounts if str(event.account_id) == account_id]
    await story.heard.until(lambda: story.heard.accounts[-1].change == "erased")
    last = story.heard.accounts[-1]
    assert (str(last.account_id), last.username, last.open_id, len(ours) >= 2) == (account_id, None, None, True)
    assert await _profile_code(story.system, lent) == 40105
    assert (await story.lend(account_id)).status_code == 404


async def _complete(story: Story, erasure_id: str) -> None:
    """What the other stores tell, once they are asked."""
    named = await _receipt(story, erasure_id, lambda one: one["erased_at"] is not None)
    workspace_id = str(story.created["workspace_id"])
    told = [
        ErasureV1(
            workspace_id=UUID(workspace_id),
            account_id=UUID(named["accounts"][0]),
            erased_at=datetime.fromisoformat(named["erased_at"]),
            step=ErasureCompletion(store=store, completed_at=datetime.now(UTC)),
        )
        for store in (Store.INGESTOR, Store.CLICKHOUSE)
    ]
    async with Publisher(story.system.kafka) as publisher:
        await publisher.publish([encode(one, service="tests") for one in told])


async def _receipt(story: Story, erasure_id: str, found: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            answer = await story.http.get(f"/auth/v1/erasures/{erasure_id}", headers=story.bearer)
            receipt: dict[str, Any] = answer.json()
            if found(receipt):
                return receipt
            await asyncio.sleep(0.1)


async def test_a_refusal_at_tiktok_is_told_on_a_page(created: Created, http: httpx.AsyncClient) -> None:
    bearer = await sign_in(http)
    started = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=bearer)
    to_callback = await http.post(started.json()["authorize_url"], data={"decision": "deny"})
    to_page = await http.get(to_callback.headers["location"])
    assert _page(to_page) == ("/connect/failed", {"reason": ["denied"]})
    again = await http.get(to_callback.headers["location"])
    assert _page(again) == ("/connect/failed", {"reason": ["state"]})


def _page(answer: httpx.Response) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(answer.headers["location"])
    return parts.path, parse_qs(parts.query)


async def _profile_code(system: System, lent: dict[str, str]) -> int:
    """What TikTok says to the token."""
    params = {"business_id": lent["open_id"], "fields": json.dumps(["display_name"])}
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            f"{system.sandbox}/open_api/v1.3/business/get/",
            params=params,
            headers={"Access-Token": lent["access_token"]},
        )
    code: int = answer.json()["code"]
    return code


def _access_of(heard: Heard, created: Created) -> list[AccessV1]:
    wanted = created["workspace_id"]
    return [event for event in heard.access if str(getattr(event.access, "workspace_id", None)) == wanted]


def _accounts_of(heard: Heard, created: Created) -> list[AccountV1]:
    return [event for event in heard.accounts if str(event.workspace_id) == created["workspace_id"]]
