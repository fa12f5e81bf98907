"""The service as it runs: its own process, in front of a real Kafka, MongoDB protocol server and ClickHouse."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from common.bus.admin import apply_topics
from common.bus.publish import Publisher
from common.events import (
    AccessV1,
    AccountChange,
    AccountStatus,
    AccountV1,
    Event,
    Heartbeat,
    KeyAccess,
    KeyScope,
    MemberAccess,
    Role,
    WorkspaceAccess,
    encode,
)
from common.events.envelope import Message
from common.runtime.clock import set_clock
from common.warehouse.client import connect
from common.warehouse.migrate import migrate
from cryptography.hazmat.primitives.asymmetric import ec
from embedded import ports, readiness
from jwt.algorithms import ECAlgorithm

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
CONNECTED = datetime(2026, 2, 20, 8, tzinfo=UTC)
SCOPES = ("user.info.basic", "user.insights", "video.insights", "video.list")
ORIGIN = "http://origin.test"
KEY_ID = "test-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    folder: Path
    kafka: str
    mongo: str
    clickhouse: str

    def publish(self, *events: Event) -> None:
        self.send(*(encode(event, service="test") for event in events))

    def send(self, *messages: Message) -> None:
        async def run() -> None:
            async with Publisher(self.kafka) as publisher:
                await publisher.publish(messages)

        asyncio.run(run())

    def insert(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        async def run() -> None:
            client = await connect(self.clickhouse, database="toa")
            body = "\n".join(json.dumps(row, default=str) for row in rows).encode()
            await client.raw_insert(table, insert_block=body, fmt="JSONEachRow")
            await client.close()

        asyncio.run(run())


class Heart:
    """Publishes heartbeats of access as auth-service does, until told to pause."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._stopped = threading.Event()
        self.beating = threading.Event()
        self.beating.set()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._beat()))

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    async def _beat(self) -> None:
        async with Publisher(self._bootstrap) as publisher:
            while not self._stopped.is_set():
                if self.beating.is_set():
                    beat = AccessV1(access=Heartbeat(revision=time.time_ns()), changed_at=datetime.now(UTC))
                    await publisher.publish([encode(beat, service="test")])
                await asyncio.sleep(0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs session tokens as auth-service does, with a key that the service can fetch."""

    jwks_url: str
    key: ec.EllipticCurvePrivateKey

    def token(self, user_id: UUID, workspace_id: UUID, **changed: object) -> str:
        claims = {
            "sub": str(user_id),
            "wid": str(workspace_id),
            "role": "viewer",
            "accounts": "*",
            "rev": 1,
            "aud": "toa",
            "iss": ORIGIN,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
        }
        return jwt.encode(claims | changed, self.key, algorithm="ES256", headers={"kid": KEY_ID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Where the service answers, and the folder it serves the page from."""

    url: str
    health: str
    web: Path
    process: "subprocess.Popen[bytes]"


@dataclass(kw_only=True)
class Tenant:
    """A workspace of its own for one test, with an API key for all of it."""

    platform: Platform
    url: str
    workspace_id: UUID = field(default_factory=uuid4)
    key_id: str = field(default_factory=lambda: uuid4().hex)

    def key(self, *, accounts: Sequence[UUID] | None = None, **changed: object) -> KeyAccess:
        state: dict[str, object] = {
            "key_id": self.key_id,
            "workspace_id": self.workspace_id,
            "secret_sha256": sha256(b"the_secret").hexdigest(),
            "scopes": (KeyScope.READ, KeyScope.EXPORT),
            "accounts": accounts,
            "revision": 1,
        }
        return KeyAccess.model_validate(state | changed)

    def publish_key(self, *, accounts: Sequence[UUID] | None = None, **changed: object) -> None:
        access = self.key(accounts=accounts, **changed)
        self.platform.publish(AccessV1(access=access, changed_at=datetime.now(UTC)))

    def publish_members(self, *members: UUID, revision: int = 1, accounts: tuple[UUID, ...] | None = None) -> None:
        access = WorkspaceAccess(
            workspace_id=self.workspace_id,
            name="Test",
            timezone="UTC",
            members=tuple(MemberAccess(user_id=user, role=Role.VIEWER, accounts=accounts) for user in members),
            revision=revision,
        )
        self.platform.publish(AccessV1(access=access, changed_at=datetime.now(UTC)))

    def connect(self, *, account_id: UUID | None = None, **changed: object) -> UUID:
        """A connected Business account; waits for nothing."""
        state: dict[str, object] = {
            "workspace_id": self.workspace_id,
            "account_id": account_id or uuid4(),
            "change": AccountChange.CONNECTED,
            "status": AccountStatus.CONNECTED,
            "open_id": "open",
            "username": "shop",
            "display_name": "The Shop",
            "is_business_account": True,
            "scopes": SCOPES,
            "connected_at": CONNECTED,
            "changed_at": CONNECTED,
            "revision": 1,
        }
        account = AccountV1.model_validate(state | changed)
        self.platform.publish(account)
        return account.account_id

    def days(self, account_id: UUID, rows: Mapping[date, Mapping[str, object]]) -> None:
        """Rows of the rollup `account_day`."""
        shared = {"workspace_id": self.workspace_id, "account_id": account_id, "channel": "tiktok"}
        state = {"observed_at": "2026-03-10 06:00:00.000", "version": 1, "is_deleted": 0}
        self.platform.insert("account_day", [{**shared, **state, "day": day, **row} for day, row in rows.items()])

    def posts(self, account_id: UUID, rows: Sequence[Mapping[str, object]]) -> None:
        """Rows of the rollup `post_latest`."""
        shared = {"workspace_id": self.workspace_id, "account_id": account_id, "channel": "tiktok", "format": "video"}
        seen = "2026-03-10 06:00:00.000"
        state = {"observed_at": seen, "first_observed_at": seen, "version": 1, "is_deleted": 0}
        self.platform.insert("post_latest", [{**shared, **state, **row} for row in rows])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer toa_{self.key_id}_the_secret"}

    def get(self, path: str, **parameters: object) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", params=_texts(parameters), headers=self.headers, timeout=30)

    def widget(self, slug: str, **parameters: object) -> dict[str, object]:
        answer = self.get(f"/v1/widgets/{slug}", **parameters)
        assert answer.status_code == 200, answer.text
        decoded: dict[str, object] = answer.json()
        return decoded

    def until_accounts(self, count: int) -> None:
        """Wait until the service knows the key and `count` accounts."""
        until(lambda: len(self.get("/v1/accounts").json().get("accounts", ())) == count)


def _texts(parameters: Mapping[str, object]) -> dict[str, str]:
    return {name.removesuffix("_"): str(value) for name, value in parameters.items()}


def until(condition: Callable[[], bool], *, seconds: float = 15) -> None:
    """Wait for a condition; fails when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come in time"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    free = ports.choose({"kafka": 0, "controller": 0, "mongo": 0, "clickhouse": 0})
    made = Platform(
        folder=folder,
        kafka=f"127.0.0.1:{free['kafka']}",
        mongo=f"mongodb://127.0.0.1:{free['mongo']}/?directConnection=true&retryWrites=false",
        clickhouse=f"http://127.0.0.1:{free['clickhouse']}",
    )
    with ExitStack() as running:
        for part in ("kafka", "mongo", "clickhouse"):
            extra = ["--controller-port", str(free["controller"])] if part == "kafka" else []
            command = [f"embedded.{part}", "--data", str(folder / part), "--port", str(free[part]), *extra]
            running.enter_context(_process(command, folder / f"{part}.log"))
        asyncio.run(_ready(made))
        yield made


async def _ready(platform: Platform) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(readiness.kafka(platform.kafka))
        tasks.create_task(readiness.mongo(platform.mongo))
        tasks.create_task(readiness.clickhouse(platform.clickhouse))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_topics(platform.kafka))
        tasks.create_task(_migrated(platform.clickhouse))


async def _topics(bootstrap: str) -> None:
    await apply_topics(bootstrap)


async def _migrated(url: str) -> None:
    await migrate(url, database="toa")


@contextmanager
def _process(
    module: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> "Iterator[subprocess.Popen[bytes]]":
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], stdout=output, stderr=output, env={**os.environ, **(environment or {})}
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def heart(platform: Platform) -> Iterator[Heart]:
    with Heart(platform.kafka) as beating:
        yield beating


@pytest.fixture(scope="session")
def signer() -> Iterator[Signer]:
    key = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(ECAlgorithm.to_jwk(key.public_key())) | {"kid": KEY_ID, "use": "sig", "alg": "ES256"}
    body = json.dumps({"keys": [public]}).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the tests' output is for the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield Signer(jwks_url=f"http://127.0.0.1:{server.server_port}/jwks.json", key=key)
        server.shutdown()
        serving.join()


@pytest.fixture(scope="session")
def api(platform: Platform, heart: Heart, signer: Signer) -> Iterator[Api]:
    free = ports.choose({"http": 0, "health": 0})
    web = platform.folder / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<title>page</title>")
    (web / "assets" / "main-abc123.js").write_text("1")
    clock = platform.folder / "clock.json"
    set_clock(clock, now=NOW, rate=1e-6)
    environment = {
        "TOA_HTTP_PORT": str(free["http"]),
        "TOA_HEALTH_PORT": str(free["health"]),
        "TOA_KAFKA_BOOTSTRAP": platform.kafka,
        "TOA_MONGO_URL": platform.mongo,
        "TOA_CLICKHOUSE_URL": platform.clickhouse,
        "TOA_CLOCK_FILE": str(clock),
        "TOA_PUBLIC_URL": ORIGIN,
        "TOA_JWKS_URL": signer.jwks_url,
        "TOA_WEB_DIR": str(web),
        "TOA_IMAGE_SOURCES": "http://127.0.0.1:*",
    }
    with _process(["query_api"], platform.folder / "query-api.log", environment) as process:
        made = Api(
            url=f"http://127.0.0.1:{free['http']}",
            health=f"http://127.0.0.1:{free['health']}",
            web=web,
            process=process,
        )
        asyncio.run(readiness.http(f"{made.health}/readyz", 20))
        yield made


@pytest.fixture
def new_tenant(platform: Platform, api: Api) -> Callable[[], Tenant]:
    return lambda: Tenant(platform=platform, url=api.url)


@pytest.fixture
def tenant(new_tenant: Callable[[], Tenant]) -> Tenant:
    """A workspace with a key and no account yet."""
    made = new_tenant()
    made.publish_key()
    return made


@pytest.fixture
def day() -> Callable[[int], date]:
    """A day of February or March 2026, counted from the first of March as 1."""
    return lambda number: date(2026, 2, 28) + timedelta(days=number)
