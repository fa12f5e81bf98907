"""How far a partner's replay is: a note beside the committed offset of a group of its own, on the partner's topic."""

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from metrics_aggregator.adapters.opened_group import OpenedGroup
from metrics_aggregator.domain.republishing import Bookmark, Wanted


class KafkaBookmarks(OpenedGroup):
    """Use as an async context manager, for one `wanted`. Kafka forgets after `offsets.retention.minutes`; then the
    replay begins anew, which does no harm."""

    def __init__(self, bootstrap: str, *, group: str, wanted: Wanted) -> None:
        super().__init__(bootstrap, group=f"{group}.republish.{wanted.name}")

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
