"""Accounts whose posts changed, from tiktok.rollups-updated.v1, each told to one replica only: a consumer group."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError

from common.events import RollupsUpdatedV1, UndecodableEvent, decode
from common.events.topics import ROLLUPS_UPDATED
from common.runtime.logs import logger
from query_api.adapters.following import Undecodable
from query_api.ports import TooMuch, Unavailable

_POSTS = "post_latest"
_MOST_RECORDS = 1_000
_PAUSE_SECONDS = 1.0

_log = logger(__name__)

Handle = Callable[[UUID, UUID], Awaitable[None]]


class RollupsGroup:
    """Hands (workspace, account) to `handle`, once for many records that say the same. What was not finished, because
    of an error or a kill, is told again."""

    def __init__(self, group: str, *, bootstrap: str, handle: Handle, undecodable: Undecodable) -> None:
        self._group = group
        self._bootstrap = bootstrap
        self._handle = handle
        self._undecodable = undecodable

    async def run(self) -> None:
        while True:
            try:
                await self._follow()
            except (KafkaError, OSError, Unavailable) as error:
                _log.warning("group begins again", group=self._group, reason=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _follow(self) -> None:
        consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            ROLLUPS_UPDATED.name,
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        try:
            while True:
                batches = await consumer.getmany(timeout_ms=1_000, max_records=_MOST_RECORDS)
                told = dict.fromkeys(self._accounts(one for records in batches.values() for one in records))
                for workspace_id, account_id in told:
                    await self._hand(workspace_id, account_id)
                if batches:
                    await consumer.commit()
        finally:
            await consumer.stop()

    async def _hand(self, workspace_id: UUID, account_id: UUID) -> None:
        try:
            await self._handle(workspace_id, account_id)
        except TooMuch:
            # Told again it would be too much again, and hold up everybody behind it.
            _log.error("an account is passed over", group=self._group, account_id=str(account_id))

    def _accounts(self, records: "Iterable[ConsumerRecord[bytes, bytes]]") -> Iterator[tuple[UUID, UUID]]:
        for record in records:
            try:
                event = decode(RollupsUpdatedV1, record.value)
            except UndecodableEvent as error:
                self._undecodable.note(
                    topic=record.topic, partition=record.partition, offset=record.offset, reason=str(error)
                )
                continue
            if _POSTS in event.rollups:
                yield event.workspace_id, event.account_id
