"""What the HTTP side needs from outside, and how that fails."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from common.events import AccountV1, KeyAccess, WorkspaceAccess
from common.runtime.clock import Clock
from query_api.domain.access import SessionClaims
from query_api.domain.coverage import Observed
from query_api.domain.widget_request import WidgetRequest
from query_api.ports.exporting import Exporting
from query_api.ports.schedules import Scheduling


class Unavailable(Exception):
    """A part this service leans on cannot be used now; the same request may work a moment later."""


class TooMuch(Exception):
    """ClickHouse stopped a query at its limit of rows, memory or time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows as ClickHouse wrote them: JSON arrays with commas between; `last_row` is the last array if more follow."""

    rows: bytes
    last_row: bytes | None


class Warehouse(Protocol):
    """The widget views. Each call raises `Unavailable` or `TooMuch`; cancelling it stops the query."""

    async def page(self, request: WidgetRequest) -> Page:
        """One page of the rows."""
        ...

    async def totals(self, request: WidgetRequest) -> Mapping[str, int | float | None]:
        """Totals over all rows, by metric; None where there is none."""
        ...

    async def observed(self, request: WidgetRequest) -> Mapping[UUID, Observed]:
        """What is known of each account behind the rows."""
        ...

    def stream(self, request: WidgetRequest) -> AsyncGenerator[bytes, None]:
        """All rows in the request's format as ClickHouse writes them, in pieces, no faster than they are taken.

        It may raise after pieces were given: then they are not all.
        """
        ...


class Accounts(Protocol):
    async def of_workspace(self, workspace_id: UUID) -> Sequence[AccountV1]:
        """Every account of the workspace, erased ones too; raises `Unavailable`."""
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
    exporting: Exporting
    scheduling: Scheduling
    clock: Clock
    wall: Clock
