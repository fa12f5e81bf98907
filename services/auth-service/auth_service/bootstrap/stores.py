"""Every store over one database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from auth_service.adapters.accounts import MongoConnections, MongoGrants
from auth_service.adapters.command_queue import MongoCommandQueue
from auth_service.adapters.connect_links import MongoConnectLinks
from auth_service.adapters.consents import MongoConnectStates, MongoPendings
from auth_service.adapters.heard_webhooks import MongoHeardWebhooks
from auth_service.adapters.leases import MongoLeases
from auth_service.adapters.mongo import Database
from auth_service.adapters.notices import MongoNotices
from auth_service.adapters.people import MongoApiKeys, MongoSessions, MongoUsers, MongoWorkspaces
from auth_service.adapters.token_cipher import TokenCipher
from auth_service.ports import Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    users: MongoUsers
    workspaces: MongoWorkspaces
    keys: MongoApiKeys
    sessions: MongoSessions
    states: MongoConnectStates
    links: MongoConnectLinks
    pendings: MongoPendings
    grants: MongoGrants
    connections: MongoConnections
    notices: MongoNotices
    commands: MongoCommandQueue
    heard: MongoHeardWebhooks
    leases: MongoLeases

    @property
    def outboxes(self) -> Sequence[Outbox]:
        """All that waits to be told."""
        return (self.workspaces.outbox, self.keys.outbox, self.connections.outbox, self.commands.outbox)


def stores(database: Database, cipher: TokenCipher, written: Callable[[], None]) -> Stores:
    return Stores(
        users=MongoUsers(database),
        workspaces=MongoWorkspaces(database, written),
        keys=MongoApiKeys(database, written),
        sessions=MongoSessions(database),
        states=MongoConnectStates(database),
        links=MongoConnectLinks(database),
        pendings=MongoPendings(database, cipher),
        grants=MongoGrants(database, cipher),
        connections=MongoConnections(database, written),
        notices=MongoNotices(database),
        commands=MongoCommandQueue(database, written),
        heard=MongoHeardWebhooks(database),
        leases=MongoLeases(database),
    )
