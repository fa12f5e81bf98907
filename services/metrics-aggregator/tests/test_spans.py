"""Commit bookkeeping: never past an unfinished batch, never stuck behind finished ones."""

from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from metrics_aggregator.adapters.batching import Spans

PARTITION = TP("topic", 0)


@given(
    sizes=st.lists(st.integers(1, 50), min_size=1, max_size=20),
    holes=st.lists(st.integers(0, 5), min_size=20, max_size=20),
    shuffle=st.randoms(use_true_random=False),
)
def test_commits_follow_the_contiguous_finished_batches(sizes: list[int], holes: list[int], shuffle: object) -> None:
    spans, batches, offset = Spans(), [], 100
    for size, hole in zip(sizes, holes, strict=False):
        first = offset + hole
        batches.append((first, first + size - 1))
        spans.handed_out(PARTITION, first=first, last=first + size - 1, written_ms=0)
        offset = first + size
    order = list(range(len(batches)))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    acknowledged: list[int] = []
    finished: set[int] = set()
    for index in order:
        finished.add(index)
        acknowledged = sorted([*acknowledged, batches[index][1]])
        committed, used = spans.finished(PARTITION, acknowledged)
        del acknowledged[:used]
        contiguous = next((i for i in range(len(batches)) if i not in finished), len(batches))
        assert committed == (batches[contiguous - 1][1] + 1 if contiguous else None)


def test_a_batch_acknowledged_after_its_partition_was_lost_commits_nothing() -> None:
    spans = Spans()
    spans.handed_out(PARTITION, first=10, last=19, written_ms=0)
    spans.forget([PARTITION])
    assert spans.finished(PARTITION, [19]) == (None, 1)


def test_reading_again_after_a_seek_starts_anew() -> None:
    spans = Spans()
    spans.handed_out(PARTITION, first=10, last=19, written_ms=0)
    spans.handed_out(PARTITION, first=20, last=29, written_ms=0)
    spans.forget([PARTITION])
    spans.handed_out(PARTITION, first=15, last=24, written_ms=0)
    assert spans.finished(PARTITION, [24]) == (25, 1)


def test_the_oldest_unfinished_record_is_known_whatever_is_finished_first() -> None:
    spans = Spans()
    assert spans.oldest(PARTITION) is None
    spans.handed_out(PARTITION, first=10, last=19, written_ms=1000)
    spans.handed_out(PARTITION, first=20, last=29, written_ms=2000)
    assert spans.finished(PARTITION, [29]) == (None, 0)
    assert (oldest := spans.oldest(PARTITION)) is not None
    assert oldest.written_ms == 1000
    assert spans.finished(PARTITION, [19, 29]) == (30, 2)
    assert spans.oldest(PARTITION) is None
