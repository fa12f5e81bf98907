"""Faust in micro-batches: one event is the records of one partition and one poll, with exact commit bookkeeping.

Faust's cost is per event, so a poll is handed out as a single one. Faust's own bookkeeping counts single offsets and
would fall behind for ever on batches; this consumer remembers the span of each batch handed out and commits only over
spans that are finished without a hole. It touches private methods of faust-streaming 0.15.3: the version is pinned.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from faust.transport.drivers.aiokafka import Consumer
from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP
from mode import Service

from metrics_aggregator.adapters.client_errors import raise_if_ended
from metrics_aggregator.adapters.metrics import Lag

# A worker whose client has ended does nothing for this long at most.
CHECK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """Looks to Faust like one Kafka record; its value is the list of the real ones, its offset the last one's."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    value: list[Any]
    headers: tuple[tuple[str, bytes], ...] = ()
    key: bytes | None = None
    checksum: int | None = None
    serialized_key_size: int = 0
    serialized_value_size: int = 0


class BatchScheduler(DefaultSchedulingStrategy):
    """Hands out each partition's records of a poll as one."""

    consumer: "BatchConsumer | None" = None

    def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, BatchRecord]]:
        for partition, batch in records.items():
            last = batch[-1]
            if self.consumer is not None:
                self.consumer.spans.handed_out(
                    partition, first=batch[0].offset, last=last.offset, written_ms=batch[0].timestamp
                )
            yield (
                partition,
                BatchRecord(last.topic, last.partition, last.offset, last.timestamp, last.timestamp_type, batch),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A batch handed out: where it begins, holes before it included, and when its first record was written."""

    first: int
    written_ms: int


class Spans:
    """Per partition: the batches handed out and not yet committed, and up to where everything is finished."""

    def __init__(self) -> None:
        self._next: dict[TP, int] = {}
        self._open: defaultdict[TP, dict[int, Span]] = defaultdict(dict)
        self._done: dict[TP, int] = {}

    def handed_out(self, partition: TP, *, first: int, last: int, written_ms: int) -> None:
        # The first batch after an assignment or a seek has nothing open before it; later ones cover the holes that
        # compaction and markers leave in the log.
        follows = self._next.get(partition)
        begins = 0 if follows is None else min(first, follows)
        self._open[partition][last] = Span(first=begins, written_ms=written_ms)
        self._next[partition] = last + 1

    def finished(self, partition: TP, acknowledged: list[int]) -> tuple[int | None, int]:
        """(offset to commit, how many of the sorted `acknowledged` are used up)."""
        open_spans, done, used = self._open[partition], self._done.get(partition), 0
        for last in acknowledged:
            span = open_spans.get(last)
            if span is not None:
                if span.first > (done or 0):
                    break
                done = last + 1
                del open_spans[last]
            # Unknown: acknowledged after its partition was revoked or re-read; it will be read again.
            used += 1
        if done is not None:
            self._done[partition] = done
        return done, used

    def forget(self, partitions: Iterable[TP]) -> None:
        for partition in partitions:
            self._next.pop(partition, None)
            self._open.pop(partition, None)
            self._done.pop(partition, None)

    def oldest(self, partition: TP) -> Span | None:
        """The first batch that is not finished; None when all are."""
        return min(self._open.get(partition, {}).values(), key=lambda span: span.first, default=None)

    def next(self, partition: TP) -> int | None:
        """The offset after what was handed out last."""
        return self._next.get(partition)

    def known(self) -> set[TP]:
        return {*self._next, *self._open, *self._done}


class BatchConsumer(Consumer):
    """Faust's aiokafka consumer with bookkeeping by batch."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spans = Spans()
        scheduler = self.scheduler
        if not isinstance(scheduler, BatchScheduler):
            raise TypeError("the batch consumer needs the app setting ConsumerScheduler=BatchScheduler")
        scheduler.consumer = self

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Holes in the log are inside the spans already."""

    def _new_offset(self, tp: TP) -> int | None:
        acknowledged = self._acked[tp]
        acknowledged.sort()
        offset, used = self.spans.finished(tp, acknowledged)
        self._acked_index[tp].difference_update(acknowledged[:used])
        del acknowledged[:used]
        return offset

    def lags(self, now_ms: int) -> Iterator[Lag]:
        """Of each partition this worker has."""
        for partition in self.assignment():
            oldest = self.spans.oldest(partition)
            seconds = max(0.0, (now_ms - oldest.written_ms) / 1000) if oldest else 0.0
            yield Lag(topic=partition.topic, records=self._uncommitted(partition, oldest), seconds=seconds)

    def waiting(self, topic: str) -> int:
        """Records of `topic` in this worker's partitions that are known and not handed out yet."""
        return sum(self._waiting(partition) for partition in self.assignment() if partition.topic == topic)

    def _waiting(self, partition: TP) -> int:
        following, end = self.spans.next(partition), self._end(partition)
        # Not known: nothing was fetched since the partition was assigned.
        return 0 if end is None or following is None else max(0, end - following)

    def _uncommitted(self, partition: TP, oldest: Span | None) -> int:
        committed = self._committed_offset.get(partition)
        if committed is None and oldest:
            committed = oldest.first
        end = self._end(partition)
        # Not known: nothing was fetched or committed since the partition was assigned.
        return 0 if end is None or committed is None else max(0, end - committed)

    def _end(self, partition: TP) -> int | None:
        try:
            end: int | None = self.highwater(partition)
        except AssertionError:
            # Taken away by a rebalance in the other thread since `assignment` was asked.
            return None
        return end

    @Service.task
    async def _end_with_client(self) -> None:
        """What leaves a task ends the app."""
        while not self.should_stop:
            raise_if_ended(self._thread._consumer)
            await self.sleep(CHECK_SECONDS)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        self.spans.forget(revoked)
        await super().on_partitions_revoked(revoked)

    async def perform_seek(self) -> None:
        everything = self.spans.known() | set(self._acked)
        self.spans.forget(everything)
        for partition in everything:
            self._acked.pop(partition, None)
            self._acked_index.pop(partition, None)
        await super().perform_seek()
