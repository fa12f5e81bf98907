"""Every store over one database."""

from collections.abc import Callable
from dataclasses import dataclass

from auth_service.adapters.accounts import MongoConnections, MongoGrants
from auth_service.adapters.consents import MongoConnectStates, MongoPendings
from auth_service.adapters.early_access import MongoEarlyAccess
from auth_service.adapters.mongo import Database
from auth_service.adapters.notices import MongoNotices
from auth_service.adapters.people import MongoApiKeys, MongoSessions, MongoUsers, MongoWorkspaces
from auth_service.adapters.proofs import (
    MongoAttempts,
    MongoCounters,
    MongoIdentities,
    MongoPasswordResets,
    MongoSecondFactors,
)
from auth_service.adapters.token_cipher import TokenCipher


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    users: MongoUsers
    workspaces: MongoWorkspaces
    keys: MongoApiKeys
    sessions: MongoSessions
    states: MongoConnectStates
    pendings: MongoPendings
    grants: MongoGrants
    connections: MongoConnections
    notices: MongoNotices
    counters: MongoCounters
    resets: MongoPasswordResets
    factors: MongoSecondFactors
    attempts: MongoAttempts
    identities: MongoIdentities
    early_access: MongoEarlyAccess


def stores(database: Database, cipher: TokenCipher, written: Callable[[], None]) -> Stores:
    return Stores(
        users=MongoUsers(database),
        workspaces=MongoWorkspaces(database, written),
        keys=MongoApiKeys(database, written),
        sessions=MongoSessions(database),
        states=MongoConnectStates(database),
        pendings=MongoPendings(database, cipher),
        grants=MongoGrants(database, cipher),
        connections=MongoConnections(database, written),
        notices=MongoNotices(database, cipher),
        counters=MongoCounters(database),
        resets=MongoPasswordResets(database),
        factors=MongoSecondFactors(database, cipher),
        attempts=MongoAttempts(database),
        identities=MongoIdentities(database),
        early_access=MongoEarlyAccess(database),
    )
