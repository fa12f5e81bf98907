"""What the pipeline and the operators' commands need from outside."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from common.events import Message
from metrics_aggregator.domain.differences import Difference
from metrics_aggregator.domain.erasures import Erasure
from metrics_aggregator.domain.letters import Handled, Letter
from metrics_aggregator.domain.portions import Load
from metrics_aggregator.domain.records import Account, Snapshot
from metrics_aggregator.domain.republishing import Bookmark, Kind, Place, Told, Wanted
from metrics_aggregator.domain.touched import Touched


class Warehouse(Protocol):
    async def insert(self, landing: str, snapshots: Sequence[Snapshot]) -> None:
        """Write their values as facts; safe to repeat. Raises `RowsRefused` for rows that can never be taken."""
        ...

    async def recompute(self, rollups: Sequence[str], touched: Touched) -> Mapping[Account, int]:
        """Recompute the touched series of `rollups` from all facts; returns the version written of each account."""
        ...

    async def check(self) -> None:
        """Raise when ClickHouse cannot be used now."""
        ...


class Contracts(Protocol):
    def faults(self, snapshots: Sequence[Snapshot]) -> Iterator[tuple[Snapshot, str]]:
        """Of records of one topic: those whose value is not as its contract says, and what is wrong."""
        ...


class Outlet(Protocol):
    async def publish(self, messages: Sequence[Message]) -> None:
        """Send and return once acknowledged."""
        ...


class Retry(Protocol):
    async def __call__(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        """Do `step` again and again, waiting longer each time, until it succeeds; `RowsRefused` passes through."""
        ...


class Observer(Protocol):
    def batch_done(self, topic: str, *, taken: int, refused: int) -> None:
        """A batch may be acknowledged."""
        ...

    def dead_lettered(self, topic: str, code: str) -> None:
        """A record went to the dead letters."""
        ...

    def erased(self, topic: str, records: int) -> None:
        """Records of erased accounts were dropped."""
        ...

    def step_failed(self, what: str) -> None:
        """A step failed and will be tried again."""
        ...


class RollupTables(Protocol):
    """Rollups as whole tables, for checking them and for building them anew."""

    async def moment(self) -> int:
        """The warehouse's clock, to be given as `since`: in milliseconds, early enough for inserts under way."""
        ...

    async def loads(self, rollup: str, *, since: int | None = None, account_id: UUID | None = None) -> Sequence[Load]:
        """The accounts with facts for `rollup`, or with such facts written after `since`; else with rows, too."""
        ...

    async def differences(self, rollup: str, accounts: Sequence[Account]) -> Sequence[Difference]:
        """What the stored rows of `accounts` and their recomputation do not agree on."""
        ...

    async def create_beside(self, rollup: str) -> str:
        """Make an empty table like `rollup` and return its name; left-overs of a run that was killed go."""
        ...

    async def fill(self, rollup: str, *, into: str, accounts: Sequence[Account]) -> None:
        """Compute all rows of `accounts` from their facts and write them into table `into`."""
        ...

    async def exchange(self, rollup: str, other: str) -> None:
        """Let the two tables swap names at once."""
        ...

    async def drop(self, table: str) -> None: ...


class DeadLetters(Protocol):
    async def topics(self) -> Sequence[str]:
        """The dead-letter topics there are."""
        ...

    def letters(self, topic: str, *, first: int = 0) -> AsyncIterator[Letter]:
        """What `topic` holds now from offset `first`, in order."""
        ...

    async def handled(self, topic: str) -> Handled:
        """What has been dealt with or has expired."""
        ...

    async def waiting(self) -> Mapping[str, int]:
        """Source topic → letters that have not been dealt with."""
        ...

    async def remember(self, topic: str, handled: Handled) -> None:
        """Keep what has been dealt with."""
        ...


class LetterGauge(Protocol):
    def letters_wait(self, waiting: Mapping[str, int]) -> None:
        """Show how many wait, by source topic."""
        ...


class Group(Protocol):
    """The consumer group of the workers."""

    async def workers(self) -> int:
        """How many members it has now."""
        ...

    async def seek(self, topics: Sequence[str], since: datetime) -> int:
        """Let it read `topics` again from the first record written at `since` or later; returns how many come again."""
        ...


Places = Mapping[tuple[str, int], int]
"""(topic, partition) → offset."""


class Inputs(Protocol):
    """The topics that workers read and how far they are."""

    async def ends(self) -> Places:
        """Where each partition ends now."""
        ...

    async def passed(self, ends: Places) -> bool:
        """Whether the group has committed everything before `ends`."""
        ...


class AccountTables(Protocol):
    async def note(self, erasures: Sequence[Erasure]) -> None:
        """Keep for ever that the accounts were erased, and when."""
        ...

    async def erase(self, erasures: Sequence[Erasure]) -> int:
        """Delete what there is of the accounts in every table and recompute rollups from facts that are younger.

        Returns the version of what readers see now.
        """
        ...


class FactEvents(Protocol):
    """Events made again from facts."""

    async def account(self, account_id: UUID) -> Account | None:
        """The account with its workspace; None where nothing is known of it."""
        ...

    async def events(self, kind: Kind, account: Account, wanted: Wanted, *, after: Place, limit: int) -> Sequence[Told]:
        """The first `limit` of that kind after that place, in the order of places."""
        ...


class Bookmarks(Protocol):
    """How far a partner's replay is, and its topic."""

    async def has_topic(self, topic: str) -> bool: ...

    async def read(self, wanted: Wanted) -> Bookmark:
        """Where it is; at its beginning where nothing was kept."""
        ...

    async def write(self, wanted: Wanted, bookmark: Bookmark) -> None: ...
