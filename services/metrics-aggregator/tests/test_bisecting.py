"""Refused rows are found; everything else is inserted once; other errors are nobody's fault but the store's."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.events.dead_letter import Record
from metrics_aggregator.domain.bisecting import RowsRefused, insert_usable
from metrics_aggregator.domain.records import Account, Snapshot


def snapshot(number: int) -> Snapshot:
    return Snapshot(
        record=Record(topic="t", partition=0, offset=number, key=None, value=None, headers=()),
        value=str(number).encode(),
        account=Account(UUID(int=1), UUID(int=2)),
        post_id=str(number),
        observed_at="2026-03-01T12:00:00.000Z",
    )


class Store:
    def __init__(self, bad: set[int]) -> None:
        self.bad = {str(number).encode() for number in bad}
        self.rows: list[bytes] = []

    async def insert(self, snapshots: Sequence[Snapshot]) -> None:
        values = [one.value for one in snapshots]
        if self.bad.intersection(values):
            raise RowsRefused(27, "cannot parse")
        self.rows.extend(values)


@given(total=st.integers(0, 60), bad=st.sets(st.integers(0, 59), max_size=8))
async def test_all_but_the_refused_rows_are_inserted_once(total: int, bad: set[int]) -> None:
    store = Store(bad)
    refusals = await insert_usable([snapshot(number) for number in range(total)], store.insert)
    expected = {number for number in bad if number < total}
    assert {refusal.record.offset for refusal in refusals} == expected
    assert sorted(int(row) for row in store.rows) == sorted(set(range(total)) - expected)


async def test_a_failing_store_refuses_no_row() -> None:
    async def down(_: Sequence[Snapshot]) -> None:
        raise ConnectionError("refused")

    with pytest.raises(ConnectionError):
        await insert_usable([snapshot(1), snapshot(2)], down)
