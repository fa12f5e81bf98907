"""How far a partner's replay is: a note beside the committed offset of a group of its own, on the partner's topic."""

from contextlib import AsyncExitStack
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import OffsetAndMetadata

from metrics_aggregator.domain.republishing import Bookmark, Wanted


class KafkaBookmarks:
    """Use as an async context manager, for one `wanted`. Kafka forgets after `offsets.retention.minutes`; then the
    replay begins anew, which does no harm."""

    def __init__(self, bootstrap: str, *, group: str, wanted: Wanted) -> None:
        self._bootstrap = bootstrap
        self._group = f"{group}.republish.{wanted.name}"
        self._admin: AIOKafkaAdminClient
        self._consumer: AIOKafkaConsumer[bytes, bytes]
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await self._admin.start()
        self._open.push_async_callback(self._admin.close)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, group_id=self._group, enable_auto_commit=False
        )
        await self._consumer.start()
        self._open.push_async_callback(self._consumer.stop)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def has_topic(self, topic: str) -> bool:
        return topic in await self._admin.list_topics()

    async def read(self, wanted: Wanted) -> Bookmark:
        place = TopicPartition(wanted.topic, 0)
        kept = (await self._admin.list_consumer_group_offsets(self._group, partitions=[place])).get(place)
        return Bookmark.from_note(kept.metadata) if kept and kept.offset >= 0 else Bookmark()

    async def write(self, wanted: Wanted, bookmark: Bookmark) -> None:
        place = TopicPartition(wanted.topic, 0)
        self._consumer.assign([place])
        await self._consumer.commit({place: OffsetAndMetadata(0, bookmark.note)})
