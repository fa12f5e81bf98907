"""What tests hold of the running system: its stores, its signals, and workspaces of their own."""

import asyncio
import json
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

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
from common.warehouse.migrate import migrate

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
CONNECTED = datetime(2026, 2, 20, 8, tzinfo=UTC)
SCOPES = ("user.info.basic", "user.insights", "video.insights", "video.list")
ORIGIN = "http://origin.test"
KEY_ID = "test-key"
SESSION = uuid4()


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
        lines = "\n".join(json.dumps(row, default=str) for row in rows)
        self.sql(f"INSERT INTO {table} FORMAT JSONEachRow\n{lines}")

    def migrate(self) -> None:
        """Bring tables and views to what the code says."""
        asyncio.run(migrate(self.clickhouse, database="toa"))

    def sql(self, statement: str) -> str:
        """Run a statement as anybody with a ClickHouse client would."""
        answer = httpx.post(f"{self.clickhouse}/", params={"database": "toa"}, content=statement.encode(), timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.text


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
            "sid": str(SESSION),
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
    """A process of the service: where it answers, and what it logs."""

    url: str
    health: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def counted(self, series: str) -> float:
        """The value of a series on the page of metrics."""
        lines = httpx.get(f"{self.health}/metrics").text.splitlines()
        return float(next(line.removeprefix(series) for line in lines if line.startswith(f"{series} ")))

    def answers(self, outcome: str) -> float:
        return self.counted(f'toa_answers_total{{outcome="{outcome}"}}')


@dataclass(kw_only=True)
class Tenant:
    """A workspace of its own for one test, with an API key for all of it."""

    platform: Platform
    url: str
    workspace_id: UUID = field(default_factory=uuid4)
    key_id: str = field(default_factory=lambda: uuid4().hex)
    # One for all requests, and without certificates to load, which takes longer than an answer.
    client: httpx.Client = field(default_factory=lambda: httpx.Client(verify=False, timeout=30))

    def publish_key(self, **changed: object) -> None:
        """The tenant's API key, for all accounts and both scopes unless changed."""
        state: dict[str, object] = {
            "key_id": self.key_id,
            "workspace_id": self.workspace_id,
            "secret_sha256": sha256(b"the_secret").hexdigest(),
            "scopes": (KeyScope.READ, KeyScope.EXPORT),
            "revision": 1,
        }
        access = KeyAccess.model_validate(state | changed)
        self.platform.publish(AccessV1(access=access, changed_at=datetime.now(UTC)))

    def publish_members(
        self,
        *members: UUID,
        revision: int = 1,
        accounts: tuple[UUID, ...] | None = None,
        ended: tuple[UUID, ...] = (),
        timezone: str = "UTC",
    ) -> None:
        access = WorkspaceAccess(
            workspace_id=self.workspace_id,
            name="Test",
            timezone=timezone,
            members=tuple(
                MemberAccess(user_id=user, role=Role.VIEWER, accounts=accounts, ended_sessions=ended)
                for user in members
            ),
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
        """Rows of the rollup `account_day`, and that the API was asked."""
        shared = {"workspace_id": self.workspace_id, "account_id": account_id, "channel": "tiktok"}
        asked = {"source": "api", **dict.fromkeys(("observed_at", "recorded_at"), "2026-03-10 06:00:00.000")}
        self.platform.insert("account_facts", [{**shared, **asked}])
        state = {"observed_at": "2026-03-10 06:00:00.000", "version": 1, "is_deleted": 0}
        self.platform.insert("account_day", [{**shared, **state, "day": day, **row} for day, row in rows.items()])

    def posts(self, account_id: UUID, rows: Sequence[Mapping[str, object]]) -> None:
        """Rows of the rollup `post_latest`."""
        shared = {"workspace_id": self.workspace_id, "account_id": account_id, "channel": "tiktok", "format": "video"}
        seen = "2026-03-10 06:00:00.000"
        state = {"observed_at": seen, "first_observed_at": seen, "version": 1, "is_deleted": 0}
        self.platform.insert("post_latest", [{**shared, **state, **row} for row in rows])

    def labels(self, account_id: UUID, labels: Mapping[str, Sequence[UUID]]) -> None:
        """The labels of posts, as `label_facts` has them."""
        shared = {"workspace_id": self.workspace_id, "account_id": account_id, "channel": "tiktok", "plan_ids": []}
        times = dict.fromkeys(("observed_at", "recorded_at"), "2026-03-10 06:00:00.000")
        self.platform.insert(
            "label_facts",
            [
                {
                    **shared,
                    **times,
                    "post_id": post,
                    "label_ids": list(map(str, ids)),
                    "revision": 1,
                    "source": "workspace",
                }
                for post, ids in labels.items()
            ],
        )

    def facts(self, account_id: UUID, day: date, **values: object) -> None:
        """One observation of a day of the account."""
        shared = {"workspace_id": self.workspace_id, "account_id": account_id, "channel": "tiktok", "day": day}
        times = dict.fromkeys(("observed_at", "recorded_at"), "2026-03-10 06:00:00.000")
        told = {"source": "api", "field_set": "full.v1"}
        self.platform.insert("profile_day_facts", [{**shared, **times, **told, **values}])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer toa_{self.key_id}_the_secret"}

    def get(self, path: str, **parameters: object) -> httpx.Response:
        return self.client.get(f"{self.url}{path}", params=_texts(parameters), headers=self.headers)

    def post(self, path: str, body: object) -> httpx.Response:
        text = json.dumps(body, default=str)
        headers = {**self.headers, "Content-Type": "application/json"}
        return self.client.post(f"{self.url}{path}", content=text, headers=headers)

    def widget(self, slug: str, **parameters: object) -> dict[str, Any]:
        """The decoded answer."""
        answer = self.get(f"/v1/widgets/{slug}", **parameters)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def until_accounts(self, count: int) -> None:
        """Wait until the service knows the key and `count` accounts."""
        until(lambda: len(self.get("/v1/accounts").json().get("accounts", ())) == count)


def _texts(parameters: Mapping[str, object]) -> dict[str, str]:
    return {name.removesuffix("_"): str(value) for name, value in parameters.items()}


def refusal_of(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """Status and document of a refusal, without what names the request: equal for what must look the same."""
    document: dict[str, Any] = answer.json()
    return answer.status_code, {name: value for name, value in document.items() if name not in _OF_THE_REQUEST}


_OF_THE_REQUEST = ("request_id", "instance")


def until(condition: Callable[[], bool], *, seconds: float = 15) -> None:
    """Wait for a condition; fails when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come in time"
        time.sleep(0.05)


def march(number: int) -> date:
    """A day of March 2026, the month of the tests; 0 and below are days of February."""
    return date(2026, 2, 28) + timedelta(days=number)
