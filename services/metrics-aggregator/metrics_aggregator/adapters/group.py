"""The workers' consumer group in Kafka."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import OffsetAndMetadata

from common.events.envelope import epoch_ms
from metrics_aggregator.ports import Places


class KafkaGroup:
    def __init__(self, bootstrap: str, *, group: str) -> None:
        self._bootstrap = bootstrap
        self._group = group

    async def workers(self) -> int:
        async with self._admin() as admin:
            (answer,) = await admin.describe_consumer_groups([self._group])
        ((*_, members),) = [described[:6] for described in answer.groups]
        return len(members)

    async def seek(self, topics: Sequence[str], since: datetime) -> int:
        places = await self._places(topics)
        async with AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, group_id=self._group, enable_auto_commit=False
        ) as consumer:
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            found = await consumer.offsets_for_times(dict.fromkeys(places, epoch_ms(since)))
            starts = {place: at.offset if (at := found[place]) else ends[place] for place in places}
            await consumer.commit(starts)
        return sum(ends[place] - starts[place] for place in places)

    async def ends(self, topics: Sequence[str]) -> Places:
        """Where each partition of `topics` ends now."""
        places = await self._places(topics)
        async with AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=None) as consumer:
            ends = await consumer.end_offsets(places)
        return {(place.topic, place.partition): end for place, end in ends.items()}

    async def passed(self, ends: Places) -> bool:
        """Whether the group has committed everything before `ends`, or it has expired."""
        async with self._admin() as admin:
            committed = await admin.list_consumer_group_offsets(self._group)
        behind = [
            (place, end)
            for (topic, partition), end in ends.items()
            if _committed(committed, place := TopicPartition(topic, partition)) < end
        ]
        if not behind:
            return True
        async with AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=None) as consumer:
            beginnings = await consumer.beginning_offsets([place for place, _ in behind])
        return all(beginnings[place] >= end for place, end in behind)

    async def _places(self, topics: Sequence[str]) -> list[TopicPartition]:
        async with self._admin() as admin:
            described = await admin.describe_topics(list(topics))
        return [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()


class KafkaInputs:
    """The topics that the workers of a group read."""

    def __init__(self, group: KafkaGroup, topics: Sequence[str]) -> None:
        self._group = group
        self._topics = topics

    async def ends(self) -> Places:
        return await self._group.ends(self._topics)

    async def passed(self, ends: Places) -> bool:
        return await self._group.passed(ends)


def _committed(offsets: Mapping[TopicPartition, OffsetAndMetadata], place: TopicPartition) -> int:
    known = offsets.get(place)
    # Kafka says -1 where nothing was committed; then nothing is behind only in an empty partition.
    return max(0, known.offset) if known else 0
