"""Snapshots as the ingestor would publish them, and ways to wait for what becomes of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import ClickHouseError

from common.events import Message, PostSnapshotV1, ProfileDay, ProfileSnapshotV1, encode
from common.events.values import Values

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """One account of one workspace."""

    workspace_id: UUID
    account_id: UUID

    @classmethod
    def new(cls) -> "Source":
        return cls(uuid4(), uuid4())

    def post(self, post_id: str, values: Values, *, at: datetime = NOON) -> Message:
        event = PostSnapshotV1(
            workspace_id=self.workspace_id,
            account_id=self.account_id,
            observed_at=at,
            recorded_at=at,
            field_set="post_full.v1",
            post_id=post_id,
            values=values,
        )
        return encode(event, service="ingestor")

    def profile(self, profile: Values, days: Sequence[ProfileDay], *, at: datetime = NOON) -> Message:
        event = ProfileSnapshotV1(
            workspace_id=self.workspace_id,
            account_id=self.account_id,
            observed_at=at,
            recorded_at=at,
            field_set="profile_full.v1",
            profile=profile,
            days=tuple(days),
        )
        return encode(event, service="ingestor")

    async def likes(self, warehouse: AsyncClient) -> dict[str, int]:
        """Post → likes in the rollup; empty while the warehouse cannot be asked."""
        try:
            result = await warehouse.query(
                "SELECT post_id, likes FROM post_latest FINAL WHERE account_id = {account:UUID}",
                parameters={"account": self.account_id},
            )
        except (ClickHouseError, OSError):
            return {}
        return {str(post_id): int(likes) for post_id, likes in result.result_rows}

    async def wait_for_likes(self, warehouse: AsyncClient, expected: dict[str, int], *, within: timedelta) -> None:
        async with asyncio.timeout(within.total_seconds()):
            while await self.likes(warehouse) != expected:
                await asyncio.sleep(0.05)


async def read_all(kafka: str, topic: str, *, key: bytes | None = None) -> list[ConsumerRecord[bytes, bytes]]:
    """Everything `topic` holds now, or what has `key`."""
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, group_id=None, auto_offset_reset="earliest", enable_auto_commit=False
    ) as consumer:
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        found: list[ConsumerRecord[bytes, bytes]] = []
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(records)
    return [record for record in found if key in (None, record.key)]
