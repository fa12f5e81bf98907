"""The accounts topic through a consumer group: the group deals out the partitions, each is read from its beginning."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from common.events import AccountV1, UndecodableEvent, decode
from common.events.topics import ACCOUNTS
from common.runtime.logs import logger
from ingestor.domain.roster import Entry
from ingestor.ports import Meter

_LOG = logger(__name__)
_POLL_MS = 200
# The shortest session a broker accepts by default: the accounts of a killed replica are taken over after it.
_SESSION_MS, _HEARTBEAT_MS = 6_000, 1_500


class Accounts(Protocol):
    """Who collects what the consumer reads."""

    def learn(self, entries: Sequence[Entry]) -> None: ...

    def settle(self, partitions: Collection[int]) -> None: ...

    async def release(self, partitions: Collection[int]) -> None: ...


class RosterConsumer(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka ships no types
    """Nothing is ever committed, so every assignment starts at the first record that compaction kept."""

    def __init__(self, accounts: Accounts, *, bootstrap: str, group: str, meter: Meter) -> None:
        self._accounts = accounts
        self._meter = meter
        self._unsettled: set[TopicPartition] = set()
        self._ends: dict[TopicPartition, int] = {}
        self._consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=_SESSION_MS,
            heartbeat_interval_ms=_HEARTBEAT_MS,
        )

    async def run(self) -> None:
        """Follow the topic for ever; ends by cancellation, leaving the group, or by an error of Kafka."""
        self._consumer.subscribe([ACCOUNTS.name], listener=self)
        await self._consumer.start()
        try:
            while True:
                batches = await self._consumer.getmany(timeout_ms=_POLL_MS)
                for records in batches.values():
                    self._accounts.learn([entry for record in records if (entry := self._entry(record))])
                await self._settle()
        finally:
            await self._consumer.stop()

    async def check(self) -> None:
        """Raise when no broker answers; for a readiness check."""
        await self._consumer.topics()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._unsettled = set(assigned)
        self._ends = {}

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._unsettled = set()
        self._ends = {}
        await self._accounts.release({partition.partition for partition in revoked})

    async def _settle(self) -> None:
        """Report the partitions that were read up to the end they had when they came."""
        ends = self._ends
        try:
            missing = self._unsettled - ends.keys()
            if missing:
                ends.update(await self._consumer.end_offsets(list(missing)))
            read = {partition for partition in self._unsettled.copy() if await self._is_read(partition, ends)}
        except KafkaError as error:
            # Brokers away: looked at again after the next poll.
            _LOG.warning("the ends of the accounts topic are not known yet", error=type(error).__name__)
            return
        # A rebalance during the awaits above starts everything anew.
        if read and ends is self._ends:
            self._unsettled -= read
            self._accounts.settle({partition.partition for partition in read})

    async def _is_read(self, partition: TopicPartition, ends: Mapping[TopicPartition, int]) -> bool:
        try:
            return bool(await self._consumer.position(partition) >= ends[partition])
        except IllegalStateError:
            return False  # taken away meanwhile

    def _entry(self, record: "ConsumerRecord[bytes, bytes]") -> Entry | None:
        try:
            account = decode(AccountV1, record.value)
        except UndecodableEvent as error:
            self._meter.unusable("account_event", 1)
            _LOG.error("account event skipped", partition=record.partition, offset=record.offset, reason=str(error))
            return None
        return Entry(partition=record.partition, account=account)
