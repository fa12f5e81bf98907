"""Dead letters in Kafka. What has been dealt with is the committed offset of a group of its own, and a note beside."""

from collections.abc import AsyncIterator, Mapping, Sequence

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from metrics_aggregator.adapters.opened_group import OpenedGroup
from metrics_aggregator.domain.letters import SUFFIX, Handled, Letter

# A dead-letter topic has one partition.
PARTITION = 0
POLL_MS = 500


class KafkaDeadLetters(OpenedGroup):
    """Use as an async context manager."""

    def __init__(self, bootstrap: str, *, group: str) -> None:
        super().__init__(bootstrap, group=f"{group}.dead-letters")

    async def topics(self) -> Sequence[str]:
        return sorted(name for name in await self._admin.list_topics() if name.endswith(SUFFIX))

    async def letters(self, topic: str, *, first: int = 0) -> AsyncIterator[Letter]:
        place = TopicPartition(topic, PARTITION)
        self._consumer.assign([place])
        beginning = (await self._consumer.beginning_offsets([place]))[place]
        end = (await self._consumer.end_offsets([place]))[place]
        self._consumer.seek(place, min(max(first, beginning), end))
        while await self._consumer.position(place) < end:
            for record in (await self._consumer.getmany(place, timeout_ms=POLL_MS)).get(place, []):
                if record.offset < end:
                    yield _letter(record)

    async def handled(self, topic: str) -> Handled:
        place = TopicPartition(topic, PARTITION)
        kept = (await self._admin.list_consumer_group_offsets(self._group, partitions=[place])).get(place)
        beginning = (await self._consumer.beginning_offsets([place]))[place]
        return _handled(kept, beginning)

    async def waiting(self) -> Mapping[str, int]:
        """Source topic → letters that are there and have not been dealt with. Reads no letter."""
        places = [TopicPartition(topic, PARTITION) for topic in await self.topics()]
        beginnings = await self._consumer.beginning_offsets(places)
        ends = await self._consumer.end_offsets(places)
        kept = await self._admin.list_consumer_group_offsets(self._group)
        return {
            place.topic.removesuffix(SUFFIX): _handled(kept.get(place), beginnings[place]).waiting(ends[place])
            for place in places
        }

    async def remember(self, topic: str, handled: Handled) -> None:
        place = TopicPartition(topic, PARTITION)
        await self._consumer.commit({place: OffsetAndMetadata(handled.start, handled.note)})


def _handled(kept: OffsetAndMetadata | None, beginning: int) -> Handled:
    # -1: nothing was committed yet.
    known = Handled.from_note(kept.offset, kept.metadata) if kept and kept.offset >= 0 else Handled()
    return known.from_beginning(beginning)


def _letter(record: "ConsumerRecord[bytes, bytes]") -> Letter:
    return Letter(
        topic=record.topic,
        offset=record.offset,
        written_ms=record.timestamp,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
    )
