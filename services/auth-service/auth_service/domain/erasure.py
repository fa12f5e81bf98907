"""Erasing accounts: what was asked, how far each store is, and the receipt that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from auth_service.domain.record import Id, Record
from common.events import ErasureCompletion, ErasureRequest, ErasureV1, Store, Timestamp
from common.events.topics import COMMANDS, POST_LIFECYCLE, POST_SNAPSHOTS, PROFILE_SNAPSHOTS, Topic

# From the disconnection to the moment that is named: whoever collects has heard of it by then (wall time).
PARTING = timedelta(seconds=5)
# How long giving the consent back at TikTok is tried before the erasure goes on without.
GIVING_BACK_TRIED_FOR = timedelta(days=1)
# An account may be connected by a request that began before its workspace's erasure: so long it is looked for.
STRAGGLING = timedelta(days=1)
# Stores that tell their completion by an event.
TELLING = (Store.INGESTOR, Store.QUERY, Store.CLICKHOUSE)
# What was collected lies here until Kafka deletes it by age; no reader takes it in again.
AGEING: tuple[Topic, ...] = (POST_SNAPSHOTS, PROFILE_SNAPSHOTS, POST_LIFECYCLE, COMMANDS)


class Outcome(StrEnum):
    WAITING = "waiting"
    ERASED = "erased"
    NOTHING_KEPT = "nothing_kept"


class Erasure(Record):
    """Of some accounts, or of all and the workspace. `erased_at` is of the domain clock, everything else wall time.

    `completed`: by store, when each account was told to be gone from it.
    """

    erasure_id: Id
    workspace_id: Id
    whole_workspace: bool
    accounts: tuple[Id, ...]
    requested_by: Id
    requested_at: Timestamp
    parted_at: Timestamp | None = None
    erased_at: Timestamp | None = None
    completed: Mapping[Store, Mapping[UUID, Timestamp]] = {}
    done_at: Timestamp | None = None
    revision: int = 1

    @property
    def target(self) -> str:
        """What is erased once and no second time."""
        return workspace_target(self.workspace_id) if self.whole_workspace else account_target(self.accounts[0])

    def parted(self, accounts: tuple[UUID, ...], at: datetime) -> "Erasure":
        return self._changed({"accounts": accounts, "parted_at": at})

    def named(self, erased_at: datetime) -> "Erasure":
        return self._changed({"erased_at": erased_at})

    def done(self, at: datetime) -> "Erasure":
        return self._changed({"done_at": at})

    def completed_at(self, store: Store) -> datetime | None:
        """When the last account was gone from `store`; None while one is missing."""
        if store is Store.AUTH:
            return self.done_at
        told = self.completed.get(store, {})
        if self.erased_at is None or any(account not in told for account in self.accounts):
            return None
        return max(told.values(), default=self.requested_at)

    def outcome(self, store: Store) -> Outcome:
        if self.completed_at(store) if self.accounts else self.done_at:
            return Outcome.ERASED
        # It was not waited for: the erasure is older than what the store keeps.
        return Outcome.NOTHING_KEPT if self.done_at else Outcome.WAITING

    @property
    def others_done(self) -> bool:
        return all(self.completed_at(store) for store in TELLING)

    def requests(self) -> tuple[ErasureV1, ...]:
        request = ErasureRequest(whole_workspace=self.whole_workspace)
        return tuple(self._event(account, request) for account in self.accounts)

    def completions(self, at: datetime) -> tuple[ErasureV1, ...]:
        """This service's own."""
        return tuple(
            self._event(account, ErasureCompletion(store=Store.AUTH, completed_at=at)) for account in self.accounts
        )

    def _event(self, account: UUID, step: ErasureRequest | ErasureCompletion) -> ErasureV1:
        if self.erased_at is None:
            raise ValueError("an erasure is told when its moment is named")
        return ErasureV1(workspace_id=self.workspace_id, account_id=account, erased_at=self.erased_at, step=step)

    def _changed(self, changes: Mapping[str, object]) -> "Erasure":
        return Erasure.model_validate({**self.model_dump(), **changes, "revision": self.revision + 1})


def workspace_target(workspace_id: UUID) -> str:
    return f"workspace/{workspace_id}"


def account_target(account_id: UUID) -> str:
    return f"account/{account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A topic that keeps records of the account until `until`, which is known once nothing is added any more."""

    topic: str
    until: datetime | None


def ageing(erasure: Erasure) -> tuple[Kept, ...]:
    ended = erasure.completed_at(Store.INGESTOR) if erasure.accounts else None
    return tuple(
        Kept(topic=topic.name, until=ended + timedelta(milliseconds=topic.retention_ms) if ended else None)
        for topic in AGEING
        if erasure.accounts
    )
