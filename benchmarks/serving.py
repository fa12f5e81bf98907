"""query-api as a process of its own, and a key that it trusts."""

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psutil

from benchmarks.asking import HOST
from benchmarks.consents import service_key
from benchmarks.rig import Rig
from common.bus.publish import Publisher
from common.catalog import SCOPES
from common.events import (
    AccessV1,
    AccountChange,
    AccountStatus,
    AccountV1,
    Event,
    Heartbeat,
    KeyAccess,
    KeyScope,
    encode,
)
from embedded import ports, readiness

_SECRET = "secret"
_BEAT_SECONDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    port: int
    process: psutil.Process


def account(workspace: UUID, account_id: UUID) -> AccountV1:
    now = datetime.now(UTC)
    return AccountV1(
        workspace_id=workspace,
        account_id=account_id,
        change=AccountChange.CONNECTED,
        status=AccountStatus.CONNECTED,
        open_id=str(account_id),
        is_business_account=True,
        scopes=SCOPES,
        connected_at=now,
        changed_at=now,
        revision=1,
    )


@asynccontextmanager
async def trusted(rig: Rig, accounts: Sequence[AccountV1]) -> AsyncIterator[Mapping[str, str]]:
    """The headers of a key of the accounts' workspace, while heartbeats go on."""
    key_id = uuid4().hex
    async with Publisher(rig.kafka) as publisher, asyncio.TaskGroup() as tasks:
        await _tell(publisher, *accounts, _access(_key(accounts[0].workspace_id, key_id)))
        beating = tasks.create_task(_beat(publisher))
        yield {"Authorization": f"Bearer toa_{key_id}_{_SECRET}"}
        beating.cancel()


async def _beat(publisher: Publisher) -> None:
    while True:
        await _tell(publisher, _access(Heartbeat(revision=int(datetime.now(UTC).timestamp() * 1000))))
        await asyncio.sleep(_BEAT_SECONDS)


async def _tell(publisher: Publisher, *events: Event) -> None:
    await publisher.publish([encode(event, service="benchmark") for event in events])


def _access(access: KeyAccess | Heartbeat) -> AccessV1:
    return AccessV1(access=access, changed_at=datetime.now(UTC))


def _key(workspace: UUID, key_id: str) -> KeyAccess:
    return KeyAccess(
        key_id=key_id,
        workspace_id=workspace,
        secret_sha256=hashlib.sha256(_SECRET.encode()).hexdigest(),
        scopes=(KeyScope.READ, KeyScope.EXPORT),
        revision=1,
    )


@asynccontextmanager
async def query_api(rig: Rig, settings: Mapping[str, str] | None = None) -> AsyncIterator[Served]:
    """Ready, with limits that nobody meets; `settings` beside the usual ones."""
    free = ports.choose({"http": 0, "health": 0})
    environment = {
        "TOA_HTTP_PORT": str(free["http"]),
        "TOA_HEALTH_PORT": str(free["health"]),
        "TOA_KAFKA_BOOTSTRAP": rig.kafka,
        "TOA_MONGO_URL": rig.mongo,
        "TOA_CLICKHOUSE_URL": rig.clickhouse,
        "TOA_PUBLIC_URL": "http://origin.test",
        # Nobody signs in, and nobody is told of the key's use.
        "TOA_JWKS_URL": f"http://{HOST}:9",
        "TOA_AUTH_INTERNAL_URL": f"http://{HOST}:9",
        "TOA_SERVICE_KEY_FILE": str(service_key(rig.logs)),
        "TOA_RATE_LIMIT": "1000000000",
        **(settings or {}),
    }
    async with process(rig, "query_api", environment) as running:
        await readiness.http(f"http://{HOST}:{free['health']}/readyz", 180)
        yield Served(port=free["http"], process=running)


@asynccontextmanager
async def process(rig: Rig, module: str, environment: Mapping[str, str]) -> AsyncIterator[psutil.Process]:
    """`python -m module` for as long as the body runs; its log is in the rig's."""
    with (rig.logs / f"{module}.log").open("wb") as log:
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, env={**os.environ, **environment}, stdout=log, stderr=log
        )
        try:
            yield psutil.Process(started.pid)
        finally:
            started.terminate()
            await started.wait()
