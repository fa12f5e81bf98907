"""What has been dealt with stays so through the note kept in Kafka; letters give back what was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.events.dead_letter import Record, dead_letter
from metrics_aggregator.domain.letters import Handled, Letter, Selection, TooScattered

from .snapshots import NOON, Source

OFFSETS = st.lists(st.sets(st.integers(0, 60)), max_size=6)


@given(portions=OFFSETS, beginning=st.integers(0, 60))
def test_exactly_what_was_dealt_with_or_has_expired_is_remembered(portions: list[set[int]], beginning: int) -> None:
    handled = Handled()
    for portion in portions:
        handled = handled.adding(portion)
        handled = Handled.from_note(handled.start, handled.note)
    expected = set(range(beginning)).union(*portions)
    handled = handled.from_beginning(beginning)
    assert {offset for offset in range(70) if offset in handled} == expected
    assert handled.start == next(offset for offset in range(70) if offset not in expected)


def test_too_many_holes_are_refused_before_anything_is_done() -> None:
    scattered = Handled().adding(range(1, 2000, 2))
    with pytest.raises(TooScattered, match="oldest first, from offset 0"):
        _ = scattered.note


def letter(offset: int, code: str) -> Letter:
    message = Source.new().post("a", {"likes": 1})
    record = Record(
        topic=message.topic, partition=3, offset=9, key=message.key, value=message.value, headers=message.headers
    )
    buried = dead_letter(record, code=code, reason="why", at=NOON, service="s")
    return Letter(
        topic=buried.topic, offset=offset, written_ms=0, key=buried.key, value=buried.value, headers=buried.headers
    )


def test_the_original_is_given_back() -> None:
    message = Source.new().post("a", {"likes": 1})
    record = Record(topic=message.topic, partition=3, offset=9, key=message.key, value=b"\xff", headers=message.headers)
    buried = dead_letter(record, code="27", reason="why", at=NOON, service="s")
    read = Letter(topic=buried.topic, offset=0, written_ms=0, key=buried.key, value=b"\xff", headers=buried.headers)
    original = read.original()
    assert (original.topic, original.key, original.value) == (message.topic, message.key, b"\xff")
    assert original.headers == message.headers
    assert (read.code, read.reason) == ("27", "why")


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), {0, 1, 2, 3}),
        (Selection(codes=frozenset({"27"})), {0, 2}),
        (Selection(first=1, last=2), {1, 2}),
        (Selection(codes=frozenset({"27"}), first=1), {2}),
    ],
)
def test_letters_are_selected_by_code_and_place(selection: Selection, taken: set[int]) -> None:
    letters = [letter(offset, "27" if offset % 2 == 0 else "469") for offset in range(4)]
    assert {one.offset for one in letters if selection.takes(one)} == taken
