"""A program for `test_kills.py`: it writes an account's changes and relays them, and is killed at its first step; then
again with another account at its second, and so on, until one comes to the end. Prints what became of each."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
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
from embedded.fuse import Fuse, killed

# Everything that reaches out of the process: what is done to the database, and what is sent.
STEPS: Mapping[type, Sequence[str]] = {
    store.Collection: ("insert", "update", "find", "find_one"),
    Publisher: ("publish",),
}


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
        with Fuse(spared, STEPS).lit():
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


def main() -> None:
    place: dict[str, str] = json.loads(sys.argv[1])
    accounts: list[str] = []
    alive = False
    while not alive:
        account_id = SystemSecrets().new_id()
        alive = not killed(live(place, account_id, len(accounts)))
        accounts.append(str(account_id))
    sys.stdout.write(json.dumps(accounts))


if __name__ == "__main__":
    main()
