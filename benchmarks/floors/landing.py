"""The floor of the whole job: the product's landing table and recompute statements in a loop without Faust.

Batches of up to 20,000 rows, one in flight while the next is collected. While more waits in Kafka facts go first, then
all touched posts are recomputed, that is told, and committed. It does without what the product is careful about:
refused rows, broken envelopes, retries, partitions that move to another worker.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from uuid import UUID

import lz4.frame
from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.floors.reading import ROWS_AT_ONCE, Consumer, FloorSettings, Records, collected, run
from common.bus.publish import Publisher
from common.events import Message, RollupsUpdatedV1, encode
from common.warehouse.client import INSERT_SETTINGS
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.touched import MOST_POSTS_AT_ONCE, Touched
from metrics_aggregator.use_cases.pipeline import ROUTES

STALE_SECONDS = 30.0
# As the product does while much is waiting.
MOST_ROWS = 20_000

Keys = tuple[bytes, bytes]


class Floor:
    def __init__(self, consumer: Consumer, client: AsyncClient, publisher: Publisher, *, rollups: bool) -> None:
        self._consumer = consumer
        self._client = client
        self._publisher = publisher
        self._rollups = rollups
        self._touched: defaultdict[Keys, set[str]] = defaultdict(set)
        self._observed: dict[Keys, bytes] = {}

    async def work(self) -> None:
        flying: asyncio.Future[None] | None = None
        since = time.monotonic()
        while True:
            batch = await collected(self._consumer, rows=MOST_ROWS)
            block = self._read(batch)
            if flying:
                await flying
            flying = asyncio.ensure_future(self._insert(block))
            await asyncio.sleep(0)
            if self._waiting() < ROWS_AT_ONCE or time.monotonic() > since + STALE_SECONDS:
                await flying
                await self._recompute()
                await self._consumer.commit()
                flying, since = None, time.monotonic()

    def _read(self, batch: Records) -> bytes:
        for record in batch:
            headers = dict(record.headers)
            keys = (headers["ce_workspaceid"], record.key)
            self._touched[keys].add(headers["ce_subject"].decode())
            self._observed[keys] = max(self._observed.get(keys, b""), headers["ce_time"])
        return b"\n".join([record.value for record in batch])

    def _waiting(self) -> int:
        # Both are at hand in the client; its public `position` would be a task for each partition.
        states = self._consumer._subscription.subscription.assignment
        return sum(
            max(0, (states.state_value(place).highwater or 0) - (states.state_value(place)._position or 0))
            for place in self._consumer.assignment()
        )

    async def _insert(self, block: bytes) -> None:
        await self._client.raw_insert(
            "landing_post_snapshots",
            insert_block=lz4.frame.compress(block),
            fmt="JSONEachRow",
            settings=dict(INSERT_SETTINGS),
            compression="lz4",
        )

    async def _recompute(self) -> None:
        rollups = ROUTES["tiktok.post-snapshots.v1"].rollups if self._rollups else ()
        for touched in self._portions() if rollups else ():
            version = await ClickHouseWarehouse(self._client).recompute(rollups, touched)
            await self._publisher.publish([self._told(account, rollups, version) for account in touched.accounts])
        self._touched.clear()

    def _portions(self) -> Iterator[Touched]:
        pairs = ((keys, post) for keys, posts in sorted(self._touched.items()) for post in sorted(posts))
        while portion := list(islice(pairs, MOST_POSTS_AT_ONCE)):
            accounts = {keys: _account(keys) for keys, _ in portion}
            yield Touched(accounts=tuple(accounts.values()), posts=tuple(post for _, post in portion))

    def _told(self, account: Account, rollups: tuple[str, ...], version: int) -> Message:
        observed = self._observed[str(account.workspace_id).encode(), str(account.account_id).encode()]
        event = RollupsUpdatedV1(
            workspace_id=account.workspace_id,
            account_id=account.account_id,
            rollups=rollups,
            version=version,
            observed_at=datetime.fromisoformat(observed.decode()),
        )
        return encode(event, service="benchmark")


def _account(keys: Keys) -> Account:
    workspace, account = (UUID(key.decode()) for key in keys)
    return Account(workspace, account)


async def _work(consumer: Consumer, client: AsyncClient) -> None:
    async with Publisher(FloorSettings().kafka_bootstrap) as publisher:
        await Floor(consumer, client, publisher, rollups=True).work()


if __name__ == "__main__":
    run(_work)
