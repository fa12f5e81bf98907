"""The workers' consumer group in Kafka."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from common.events.envelope import epoch_ms


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
