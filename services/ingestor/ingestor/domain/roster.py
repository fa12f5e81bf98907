"""The accounts of the partitions this replica owns; for each, the event with the highest revision counts."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from common.events import SAMPLE_ACCOUNT_ID, AccountStatus, AccountV1

# A lost account is not polled, but its state is still shown.
_FOLLOWED = frozenset({AccountStatus.CONNECTED, AccountStatus.LOST_ACCESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An account as the partition `partition` last told it."""

    partition: int
    account: AccountV1


@dataclass(frozen=True, slots=True)
class Roster:
    """Accounts by id. Changes give a new roster."""

    entries: Mapping[UUID, Entry] = field(default_factory=dict)
    settled: frozenset[int] = frozenset()
    """Partitions read up to their end: before that, an old event may still be overruled by a later one."""

    def with_entries(self, entries: Iterable[Entry]) -> "Roster":
        merged = dict(self.entries)
        for entry in entries:
            known = merged.get(entry.account.account_id)
            if known is None or entry.account.revision >= known.account.revision:
                merged[entry.account.account_id] = entry
        return Roster(merged, self.settled)

    def with_settled(self, partitions: Iterable[int]) -> "Roster":
        return Roster(self.entries, self.settled | frozenset(partitions))

    def without(self, partitions: Collection[int]) -> "Roster":
        kept = {key: entry for key, entry in self.entries.items() if entry.partition not in partitions}
        return Roster(kept, self.settled.difference(partitions))

    def followed(self, partitions: Collection[int] | None = None) -> Iterator[AccountV1]:
        """The accounts whose collection is this replica's business now, of these partitions or of all."""
        for entry in self.entries.values():
            if self._follows(entry) and (partitions is None or entry.partition in partitions):
                yield entry.account

    def account(self, account_id: UUID) -> AccountV1 | None:
        """The account, if its collection is this replica's business now."""
        entry = self.entries.get(account_id)
        return entry.account if entry and self._follows(entry) else None

    def _follows(self, entry: Entry) -> bool:
        account = entry.account
        # TikTok has never heard of the Sample Account.
        collected = account.status in _FOLLOWED and account.account_id != SAMPLE_ACCOUNT_ID
        return entry.partition in self.settled and collected
