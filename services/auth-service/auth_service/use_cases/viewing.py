"""How connections stand: what is stored of them together with what the ingestor told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auth_service.domain.connection import Connection
from auth_service.domain.state import ConnectionState, Standing, standing
from auth_service.ports_connecting import CollectionStatuses, ConnectionPages

_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    connection: Connection
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    statuses: CollectionStatuses
    pages: ConnectionPages

    async def all(self, connections: Sequence[Connection]) -> Sequence[Viewed]:
        told = await self.statuses.of_accounts([connection.account_id for connection in connections])
        return [
            Viewed(connection=connection, standing=standing(connection, told.get(connection.account_id)))
            for connection in connections
        ]

    async def one(self, connection: Connection) -> Viewed:
        (viewed,) = await self.all([connection])
        return viewed

    async def kept(self, connection: Connection) -> Viewed:
        """One that was just kept: of a first one nobody can have told yet."""
        first = connection.revision == 1
        return (
            Viewed(connection=connection, standing=standing(connection, None)) if first else await self.one(connection)
        )

    async def counted(self) -> Mapping[ConnectionState, int]:
        """How many connections of all workspaces stand how; every state is there."""
        counts: Counter[ConnectionState] = Counter(dict.fromkeys(ConnectionState, 0))
        page = await self.pages.page(after=None, limit=_PAGE)
        while page:
            counts.update(viewed.standing.state for viewed in await self.all(page))
            page = await self.pages.page(after=page[-1].account_id, limit=_PAGE)
        return counts
