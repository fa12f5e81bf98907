"""A program for `test_kills.py`: it marks a post, changes that and erases its account, relaying in between, and is
killed at its first step; then again with another account at its second, and so on, until one comes to the end. Prints
the accounts."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from prometheus_client import CollectorRegistry, Counter

from common.bus.publish import Publisher
from common.documents import store
from common.relay import Relay
from common.runtime.clock import WallClock
from embedded.fuse import Fuse, killed
from query_api.adapters.post_labels_store import MongoPostLabels
from query_api.domain.labels import Label
from query_api.domain.post_labels import Change, PostRef, unmarked
from query_api.ports import Unavailable

# Everything that reaches out of the process: what is done to the database, and what is sent.
STEPS: Mapping[type, Sequence[str]] = {
    store.Collection: ("insert", "update", "find", "find_one", "put", "remove"),
    Publisher: ("publish",),
}


async def live(place: dict[str, str], account_id: UUID, spared: int) -> None:
    async with (
        store.opened(place["mongo"], place["database"], failed=Unavailable) as database,
        Publisher(place["kafka"]) as publisher,
    ):
        book = MongoPostLabels(database, lambda: None)
        await book.prepare()
        relay = Relay(
            service="query-api",
            outboxes=(book.outbox,),
            publisher=publisher,
            wall=WallClock(),
            nudged=asyncio.Event(),
            relayed=Counter("relayed", "Events.", registry=CollectorRegistry()),
            away=Unavailable,
        )
        # What the one before left behind.
        await relay.sweep()
        with Fuse(spared, STEPS).lit():
            await changes(book, relay, UUID(place["workspace"]), account_id)


async def changes(book: MongoPostLabels, relay: Relay, workspace_id: UUID, account_id: UUID) -> None:
    """Marked and told; marked twice more and told together; erased and told."""
    now = datetime.now(UTC)
    post = unmarked(workspace_id, PostRef(account_id, "p1"), "tiktok", now)
    for number, sweeps in enumerate((True, False, True)):
        label = Label.model_validate(
            {"label_id": uuid4(), "workspace_id": workspace_id, "kind": "label", "name": f"{number}", "changed_at": now}
        )
        post = post.changed(Change(add=(label,)), now)
        assert await book.write(post)
        if sweeps:
            await relay.sweep()
    await book.erase(workspace_id, account_id)
    await relay.sweep()


def main() -> None:
    place: dict[str, str] = json.loads(sys.argv[1])
    accounts: list[str] = []
    alive = False
    while not alive:
        account_id = uuid4()
        alive = not killed(live(place, account_id, len(accounts)))
        accounts.append(str(account_id))
    sys.stdout.write(json.dumps(accounts))


if __name__ == "__main__":
    main()
