"""Every store over one database, and what is remembered of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from auth_service.adapters.accounts import MongoConnections
from auth_service.adapters.audiences import MongoAudiences
from auth_service.adapters.audit import MongoAuditLog
from auth_service.adapters.closing import MongoClosing
from auth_service.adapters.command_queue import MongoCommandQueue
from auth_service.adapters.connect_links import MongoConnectLinks
from auth_service.adapters.consents import MongoConnectStates, MongoPendings
from auth_service.adapters.early_access import MongoEarlyAccess
from auth_service.adapters.erasures import MongoErasures, MongoTraces
from auth_service.adapters.grants import MongoGrants
from auth_service.adapters.heard_webhooks import MongoHeardWebhooks
from auth_service.adapters.leases import MongoLeases
from auth_service.adapters.notices import MongoNotices
from auth_service.adapters.people import MongoApiKeys, MongoSessions, MongoUsers, MongoWorkspaces
from auth_service.adapters.proofs import (
    MongoAttempts,
    MongoCounters,
    MongoHalfProofs,
    MongoIdentities,
    MongoPasswordResets,
    MongoSecondFactors,
)
from auth_service.adapters.replays import SealedByRing
from auth_service.adapters.token_cipher import TokenCipher
from auth_service.adapters.user_traces import MongoUserTraces
from auth_service.adapters.workspace_keys import MongoWorkspaceKeys
from auth_service.ports_connecting import Expiring
from auth_service.use_cases.lent_grants import LentGrants
from common.documents.store import Database
from common.relay import Outbox
from common.replays.store import MongoReplays


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
    audiences: MongoAudiences
    erasures: MongoErasures
    traces: MongoTraces
    user_traces: MongoUserTraces
    closing: MongoClosing
    workspace_keys: MongoWorkspaceKeys
    audit: MongoAuditLog
    replays: MongoReplays
    counters: MongoCounters
    resets: MongoPasswordResets
    factors: MongoSecondFactors
    attempts: MongoAttempts
    half_proofs: MongoHalfProofs
    identities: MongoIdentities
    early_access: MongoEarlyAccess
    leases: MongoLeases
    lent: LentGrants

    @property
    def outboxes(self) -> Sequence[Outbox]:
        """All that waits to be told."""
        holders = self.workspaces, self.keys, self.connections, self.commands, self.erasures
        return tuple(holder.outbox for holder in holders)

    @property
    def expiring(self) -> Sequence[Expiring]:
        """All that is remembered for a while."""
        asked = self.states, self.links, self.heard, self.leases, self.sessions
        return (*asked, self.counters, self.resets, self.attempts, self.half_proofs, self.notices, self.replays)


class _Proofs(TypedDict):
    counters: MongoCounters
    resets: MongoPasswordResets
    factors: MongoSecondFactors
    attempts: MongoAttempts
    half_proofs: MongoHalfProofs
    identities: MongoIdentities


def stores(database: Database, cipher: TokenCipher, written: Callable[[], None]) -> Stores:
    workspaces, keys = MongoWorkspaces(database, written), MongoApiKeys(database, written)
    lent, workspace_keys = LentGrants(), MongoWorkspaceKeys(database, cipher)
    return Stores(
        users=MongoUsers(database),
        workspaces=workspaces,
        keys=keys,
        sessions=MongoSessions(database),
        states=MongoConnectStates(database),
        links=MongoConnectLinks(database),
        pendings=MongoPendings(database, workspace_keys, cipher),
        grants=MongoGrants(database, workspace_keys, cipher, lent.forget_grant),
        connections=MongoConnections(database, written, lent.forget),
        commands=MongoCommandQueue(database, written),
        heard=MongoHeardWebhooks(database),
        audiences=MongoAudiences(database),
        erasures=MongoErasures(database, written),
        traces=MongoTraces(database),
        user_traces=MongoUserTraces(database),
        closing=MongoClosing(database, workspaces, keys),
        workspace_keys=workspace_keys,
        audit=MongoAuditLog(database),
        replays=MongoReplays(database, SealedByRing(cipher)),
        notices=MongoNotices(database, cipher),
        early_access=MongoEarlyAccess(database),
        leases=MongoLeases(database),
        lent=lent,
        **_of_proofs(database, cipher),
    )


def _of_proofs(database: Database, cipher: TokenCipher) -> _Proofs:
    """What people prove who they are with, and how often they tried."""
    return {
        "counters": MongoCounters(database),
        "resets": MongoPasswordResets(database),
        "factors": MongoSecondFactors(database, cipher),
        "attempts": MongoAttempts(database),
        "half_proofs": MongoHalfProofs(database),
        "identities": MongoIdentities(database),
    }
