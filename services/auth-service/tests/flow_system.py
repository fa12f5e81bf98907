"""One running system for the flow: Mongo, Kafka, the sandbox and the service as processes, and what Kafka was told."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.catalog import SCOPES
from common.events import (
    AccessV1,
    AccountV1,
    decode,
)
from common.events.topics import ACCOUNTS
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


async def ready(environment: Mapping[str, str]) -> None:
    await readiness.http(f"http://127.0.0.1:{environment['TOA_HEALTH_PORT']}/readyz", DEADLINE_SECONDS)


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
