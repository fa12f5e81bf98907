"""What the HTTP side needs from outside, and how that fails."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from common.events import AccountV1, KeyAccess, WorkspaceAccess
from common.replays.requests import Replays
from common.runtime.clock import Clock
from query_api.domain.access import SessionClaims
from query_api.domain.asking import Format
from query_api.domain.coverage import Coverage
from query_api.domain.explaining import Evidence
from query_api.domain.question import Question
from query_api.ports.answers import Answers
from query_api.ports.calendar import PostShelf
from query_api.ports.changes import ChangeStreams
from query_api.ports.dashboards import DashboardPorts
from query_api.ports.exporting import Exporting
from query_api.ports.imports import ImportPorts
from query_api.ports.labels import LabelPorts
from query_api.ports.limits import RateLimits
from query_api.ports.looker import LookerRows
from query_api.ports.metrics import MetricPorts
from query_api.ports.schedules import Scheduling


class Unavailable(Exception):
    """A part this service leans on cannot be used now; the same request may work a moment later."""


class TooMuch(Exception):
    """ClickHouse stopped a query at its limit of rows, memory or time."""


class Busy(Exception):
    """The workspace has as many questions under way and waiting as it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows as ClickHouse wrote them: JSON arrays with commas between; `last_row` is the last array if more follow."""

    rows: bytes
    last_row: bytes | None


class Warehouse(Protocol):
    """What ClickHouse holds. Each call raises `Unavailable`, `TooMuch` or `Busy`; cancelling it stops the query."""

    async def page(self, question: Question) -> Page:
        """One page of the rows."""
        ...

    async def totals(self, question: Question) -> Mapping[str, int | float | None]:
        """Totals over all rows, by metric; None where there is none."""
        ...

    async def coverage(self, question: Question, now: datetime) -> Coverage:
        """What the figures rest on at the domain's `now`."""
        ...

    async def evidence(self, question: Question) -> Sequence[Evidence]:
        """What stands behind the figures, for each reading of the question."""
        ...

    def stream(self, question: Question, form: Format) -> AsyncGenerator[bytes, None]:
        """All rows in a file's form as ClickHouse writes them, in pieces, no faster than they are taken.

        It may raise after pieces were given: then they are not all.
        """
        ...


class Accounts(Protocol):
    async def of_workspace(self, workspace_id: UUID) -> Sequence[AccountV1]:
        """Every account of the workspace, erased ones too; raises `Unavailable`."""
        ...

    def version(self, workspace_id: UUID) -> int:
        """Another number after each change of one of the workspace's accounts."""
        ...


class AccessBook(Protocol):
    """The newest state of access. Every question raises `Unavailable` while that state may be stale."""

    def key(self, key_id: str) -> KeyAccess | None: ...

    def workspace(self, workspace_id: UUID) -> WorkspaceAccess | None: ...


class Sessions(Protocol):
    async def claims(self, token: str) -> SessionClaims:
        """What a session token says; raises `NotAuthenticated` when it does not hold, or `Unavailable`."""
        ...


class KeyUses(Protocol):
    def used(self, key_id: str, at: datetime) -> None:
        """Remember that the key let somebody in; auth-service hears of it later."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All of them together, as the routes get them. `clock` is the domain's, `wall` real time."""

    warehouse: Warehouse
    accounts: Accounts
    access: AccessBook
    sessions: Sessions
    key_uses: KeyUses
    labels: LabelPorts
    looker: LookerRows
    dashboards: DashboardPorts
    rate_limits: RateLimits
    answers: Answers
    changes: ChangeStreams
    shelf: PostShelf
    metrics: MetricPorts
    exporting: Exporting
    scheduling: Scheduling
    replays: Replays
    imports: ImportPorts
    clock: Clock
    wall: Clock
