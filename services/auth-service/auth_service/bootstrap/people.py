"""Wires workspaces, members, invitations, API keys and the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints.api_keys import api_keys_router
from auth_service.entrypoints.audit import audit_router
from auth_service.entrypoints.invitations import held_invitations_router, invitations_router
from auth_service.entrypoints.members import members_router
from auth_service.entrypoints.switching import switching_router
from auth_service.entrypoints.users import users_router
from auth_service.entrypoints.workspaces import workspace_router, workspaces_router
from auth_service.ports import PasswordHasher
from auth_service.use_cases.auditing import Auditing, Witness
from auth_service.use_cases.changing import Changing
from auth_service.use_cases.creating import Creating
from auth_service.use_cases.deleting_users import DeletingUsers
from auth_service.use_cases.inviting import Inviting
from auth_service.use_cases.keeping_workspaces import KeepingWorkspaces
from auth_service.use_cases.limiting import Limiting
from auth_service.use_cases.managing_keys import ManagingKeys
from auth_service.use_cases.managing_members import ManagingMembers
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.switching import Switching
from common.runtime.clock import Clock, WallClock


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What people do with each other's access."""

    auditing: Auditing
    keeping: KeepingWorkspaces
    members: ManagingMembers
    inviting: Inviting
    keys: ManagingKeys
    switching: Switching
    deleting: DeletingUsers
    wall: Clock


def auditing_of(stores: Stores) -> Auditing:
    changed = (stores.workspaces, stores.keys, stores.connections)
    return Auditing(log=stores.audit, boxes=(*(one.outbox.audit for one in changed), stores.early_access.audit))


def witness_of(stores: Stores, wall: Clock | None = None) -> Witness:
    return Witness(auditing=auditing_of(stores), secrets=SystemSecrets(), wall=wall or WallClock())


def changing_of(stores: Stores, wall: Clock) -> Changing:
    return Changing(workspaces=stores.workspaces, auditing=auditing_of(stores), secrets=SystemSecrets(), wall=wall)


def managing_keys_of(stores: Stores, wall: Clock | None = None) -> ManagingKeys:
    changing = changing_of(stores, wall or WallClock())
    return ManagingKeys(keys=stores.keys, connections=stores.connections, changing=changing)


def people_of(stores: Stores, signing_in: SigningIn, public_url: str, wall: Clock | None = None) -> People:
    passwords, clock = signing_in.passwords, wall or WallClock()
    changing = changing_of(stores, clock)
    return People(
        auditing=changing.auditing,
        keeping=KeepingWorkspaces(workspaces=stores.workspaces, changing=changing),
        members=_members(stores, changing),
        inviting=_inviting(stores, changing, _creating(stores, passwords, clock), public_url),
        keys=managing_keys_of(stores, clock),
        switching=_switching(stores, signing_in, changing),
        deleting=_deleting(stores, changing, passwords),
        wall=clock,
    )


def people_routers(people: People, signing_in: SigningIn, *, secure_cookies: bool) -> Sequence[APIRouter]:
    return (
        workspaces_router(people.keeping, signing_in),
        workspace_router(people.keeping, people.members, signing_in),
        members_router(people.members, signing_in),
        invitations_router(people.inviting, signing_in),
        held_invitations_router(people.inviting),
        api_keys_router(people.keys, signing_in, people.wall),
        audit_router(people.auditing, signing_in),
        users_router(people.deleting, signing_in),
        switching_router(people.switching, signing_in, secure_cookies=secure_cookies),
    )


def _switching(stores: Stores, signing_in: SigningIn, changing: Changing) -> Switching:
    return Switching(
        workspaces=stores.workspaces,
        sessions=stores.sessions,
        tokens=signing_in.tokens,
        operators=signing_in.operators,
        changing=changing,
    )


def _members(stores: Stores, changing: Changing) -> ManagingMembers:
    return ManagingMembers(
        workspaces=stores.workspaces,
        users=stores.users,
        sessions=stores.sessions,
        connections=stores.connections,
        changing=changing,
    )


def _inviting(stores: Stores, changing: Changing, creating: Creating, public_url: str) -> Inviting:
    return Inviting(
        workspaces=stores.workspaces,
        users=stores.users,
        connections=stores.connections,
        notices=stores.notices,
        creating=creating,
        changing=changing,
        public_url=public_url,
    )


def _creating(stores: Stores, passwords: PasswordHasher, wall: Clock) -> Creating:
    return Creating(
        users=stores.users,
        workspaces=stores.workspaces,
        keys=stores.keys,
        passwords=passwords,
        secrets=SystemSecrets(),
        wall=wall,
    )


def _deleting(stores: Stores, changing: Changing, passwords: PasswordHasher) -> DeletingUsers:
    return DeletingUsers(
        users=stores.users,
        workspaces=stores.workspaces,
        sessions=stores.sessions,
        traces=stores.user_traces,
        passwords=passwords,
        limiting=Limiting(counters=stores.counters, wall=changing.wall),
        changing=changing,
    )
