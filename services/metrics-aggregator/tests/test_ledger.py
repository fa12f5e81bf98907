"""The ledger: any order of the same events makes the same ledger, and an erasure is open until it is completed."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from common.events import ErasureCompletion, ErasureRequest, ErasureV1, Store
from common.events.dead_letter import Record
from metrics_aggregator.domain.erasures import Erasure, Ledger
from metrics_aggregator.domain.records import Account, Snapshot

from .snapshots import NOON, Source

SOURCE = Source.new()
ACCOUNT = Account(SOURCE.workspace_id, SOURCE.account_id)
LATER = NOON + timedelta(days=3)


def told(erased_at: datetime, store: Store | None = None) -> ErasureV1:
    return ErasureV1(
        workspace_id=SOURCE.workspace_id,
        account_id=SOURCE.account_id,
        erased_at=erased_at,
        step=ErasureCompletion(store=store, completed_at=LATER) if store else ErasureRequest(),
    )


def ledger(*events: ErasureV1) -> Ledger:
    made = Ledger()
    for event in events:
        made.learn(event)
    return made


def snapshot(observed_at: str, account: Account = ACCOUNT) -> Snapshot:
    record = Record(topic="t", partition=0, offset=0, key=None, value=None, headers=())
    return Snapshot(record=record, value=b"{}", account=account, post_id=None, observed_at=observed_at)


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ([], []),
        ([told(NOON)], [NOON]),
        ([told(NOON), told(NOON, Store.AUTH)], [NOON]),
        ([told(NOON), told(NOON, Store.CLICKHOUSE)], []),
        # Erased a second time: the first completion does not stand for it.
        ([told(NOON), told(NOON, Store.CLICKHOUSE), told(LATER)], [LATER]),
        ([told(NOON), told(LATER), told(LATER, Store.CLICKHOUSE)], []),
    ],
)
def test_an_erasure_is_open_until_clickhouse_completed_it(events: list[ErasureV1], left: list[datetime]) -> None:
    for order in permutations(events):
        assert ledger(*order, *order).open() == [Erasure(ACCOUNT, erased_at) for erased_at in left]


@pytest.mark.parametrize(
    ("observed_at", "kept"),
    [
        ("2026-03-01T11:59:59.999Z", False),
        ("2026-03-01T12:00:00.000Z", False),
        # The same moment, written in another zone.
        ("2026-03-01T14:00:00.000+02:00", False),
        ("2026-03-01T12:00:00.001Z", True),
    ],
)
def test_what_was_observed_until_the_erasure_is_dropped_also_when_it_is_long_completed(
    observed_at: str, kept: bool
) -> None:
    known = ledger(told(NOON), told(NOON, Store.CLICKHOUSE))
    mine, others = snapshot(observed_at), snapshot(observed_at, Account(SOURCE.workspace_id, SOURCE.workspace_id))
    assert list(known.kept([mine, others])) == ([mine, others] if kept else [others])
