"""Lets a reader in as auth-service does: an API key for the whole workspace, and a heartbeat that keeps it trusted."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from common.bus.publish import Publisher
from common.events import AccessV1, Heartbeat, KeyAccess, KeyScope, WorkspaceAccess, encode
from common.events.envelope import Message

KEY = "toa_scenario_secret"
_BEAT_SECONDS = 0.5


@contextmanager
def let_in(bootstrap: str, workspace_id: UUID) -> Iterator[None]:
    """In a thread of its own, because the oracle may keep the tests' loop for seconds."""
    stopped = threading.Event()
    beating = threading.Thread(target=lambda: asyncio.run(_beat(bootstrap, workspace_id, stopped)))
    beating.start()
    try:
        yield
    finally:
        stopped.set()
        beating.join()


async def _beat(bootstrap: str, workspace_id: UUID, stopped: threading.Event) -> None:
    key = KeyAccess(
        key_id="scenario",
        workspace_id=workspace_id,
        secret_sha256=sha256(b"secret").hexdigest(),
        scopes=(KeyScope.READ, KeyScope.EXPORT),
        revision=1,
    )
    workspace = WorkspaceAccess(workspace_id=workspace_id, name="Scenario", timezone="UTC", members=(), revision=1)
    async with Publisher(bootstrap) as publisher:
        await publisher.publish([_told(key), _told(workspace)])
        while not stopped.is_set():
            await publisher.publish([_told(Heartbeat(revision=time.time_ns()))])
            await asyncio.sleep(_BEAT_SECONDS)


def _told(access: KeyAccess | WorkspaceAccess | Heartbeat) -> Message:
    return encode(AccessV1(access=access, changed_at=datetime.now(UTC)), service="auth-service")
