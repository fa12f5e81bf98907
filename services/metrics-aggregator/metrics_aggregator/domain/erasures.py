"""The ledger of erased accounts: what was observed of one until its erasure is never taken in again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from common.events import ErasureRequest, ErasureV1, Store
from metrics_aggregator.domain.records import Account, Snapshot


@dataclass(frozen=True, slots=True, order=True)
class Erasure:
    account: Account
    erased_at: datetime


class Ledger:
    """Built from the events of the topic, read from its beginning; the order and repetitions do not matter."""

    def __init__(self) -> None:
        self._erased: dict[Account, datetime] = {}
        self._completed: dict[Account, datetime] = {}

    def learn(self, event: ErasureV1) -> None:
        if isinstance(event.step, ErasureRequest):
            _keep_latest(self._erased, event)
        elif event.step.store is Store.CLICKHOUSE:
            _keep_latest(self._completed, event)

    def open(self) -> list[Erasure]:
        """What was requested and not completed in ClickHouse, by account."""
        erasures = (Erasure(account, erased_at) for account, erased_at in self._erased.items())
        return sorted(one for one in erasures if not self._is_completed(one))

    def has(self, account: Account) -> bool:
        """Whether it was ever erased."""
        return account in self._erased

    def kept(self, snapshots: Sequence[Snapshot]) -> Sequence[Snapshot]:
        """Those of `snapshots` that may be taken in."""
        if not self._erased:
            return snapshots
        return [snapshot for snapshot in snapshots if not self._covers(snapshot)]

    def _covers(self, snapshot: Snapshot) -> bool:
        erased_at = self._erased.get(snapshot.account)
        return erased_at is not None and _moment(snapshot.observed_at) <= erased_at

    def _is_completed(self, erasure: Erasure) -> bool:
        completed = self._completed.get(erasure.account)
        return completed is not None and completed >= erasure.erased_at


def _keep_latest(known: dict[Account, datetime], event: ErasureV1) -> None:
    account = Account(event.workspace_id, event.account_id)
    known[account] = max(known.get(account, event.erased_at), event.erased_at)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
