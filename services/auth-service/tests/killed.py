"""A program for `test_kills.py`: it writes an account's changes and relays them, and is killed at its first step; then
again with another account at its second, and so on, until one comes to the end. Prints what became of each."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from prometheus_client import CollectorRegistry

from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.randomness import SystemSecrets
from auth_service.adapters.relay import Relay
from auth_service.adapters.token_cipher import TokenCipher, read_key_ring
from auth_service.bootstrap import Stores, stores
from auth_service.domain.connection import Connection, Profile, account_event
from auth_service.domain.errors import StoreUnavailable
from common.bus.publish import Publisher
from common.documents import store
from common.events import AccountChange, AccountStatus
from common.runtime.clock import WallClock

# Everything that reaches out of the process: what is done to the database, and what is sent.
STEPS = ((store.Collection, ("insert", "update", "find", "find_one")), (Publisher, ("publish",)))


class Fuse:
    """Kills the process, as kill -9 does, before and after each of its steps but for the first `spared`."""

    def __init__(self, spared: int) -> None:
        self._spared = spared

    def burn(self) -> None:
        if self._spared == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._spared -= 1

    @contextmanager
    def lit(self) -> Iterator[None]:
        with ExitStack() as patches:
            for kind, names in STEPS:
                for name in names:
                    patches.enter_context(patch.object(kind, name, self._burning(getattr(kind, name))))
            yield

    # Any: it stands for methods of every kind.
    def _burning(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def burning(*args: Any, **named: Any) -> Any:
            self.burn()
            result = await method(*args, **named)
            self.burn()
            return result

        return burning


async def live(place: dict[str, str], account_id: UUID, spared: int) -> None:
    async with (
        store.opened(place["mongo"], place["database"], failed=StoreUnavailable) as database,
        Publisher(place["kafka"]) as publisher,
    ):
        await make_indexes(database)
        made = stores(database, TokenCipher(read_key_ring(Path(place["ring"]))), lambda: None)
        relay = Relay(
            outboxes=(made.connections.outbox,),
            publisher=publisher,
            wall=WallClock(),
            nudged=asyncio.Event(),
            registry=CollectorRegistry(),
        )
        # What the one before left behind.
        await relay.sweep()
        with Fuse(spared).lit():
            await changes(made, relay, UUID(place["workspace"]), account_id)


async def changes(made: Stores, relay: Relay, workspace_id: UUID, account_id: UUID) -> None:
    """Connected and told; lost and connected again, told together; disconnected and told."""
    now = datetime.now(UTC)
    one = Connection(
        account_id=account_id,
        workspace_id=workspace_id,
        channel="tiktok",
        app_id="7123",
        open_id=f"open-{account_id}",
        status=AccountStatus.CONNECTED,
        profile=Profile(),
        scopes=(),
        grant_version=1,
        connected_at=now,
        changed_at=now,
        revision=1,
    )
    assert await made.connections.add(one, account_event(one, AccountChange.CONNECTED))
    await relay.sweep()
    lost = one.lost("refused", now)
    assert await made.connections.replace(lost, account_event(lost, AccountChange.AUTHORIZATION_LOST))
    back = lost.reconnected(profile=Profile(), scopes=(), grant_version=2, at=now)
    assert await made.connections.replace(back, account_event(back, AccountChange.RECONNECTED))
    await relay.sweep()
    gone = back.disconnected(now)
    assert await made.connections.replace(gone, account_event(gone, AccountChange.DISCONNECTED))
    await relay.sweep()


def killed(place: dict[str, str], account_id: UUID, spared: int) -> bool:
    """Whether a process of its own was killed at its step number `spared`."""
    child = os.fork()
    if child == 0:
        asyncio.run(live(place, account_id, spared))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), f"it ended by itself: {status}"
    return status == signal.SIGKILL


def main() -> None:
    place: dict[str, str] = json.loads(sys.argv[1])
    accounts: list[str] = []
    alive = False
    while not alive:
        account_id = SystemSecrets().new_id()
        alive = not killed(place, account_id, len(accounts))
        accounts.append(str(account_id))
    sys.stdout.write(json.dumps(accounts))


if __name__ == "__main__":
    main()
