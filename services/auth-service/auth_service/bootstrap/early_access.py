"""Wires early access: the form, the queue, the operators' log and the allowlist."""

from fastapi import APIRouter

from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.people import auditing_of
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints.audit import operations_router
from auth_service.entrypoints.early_access import early_access_router, operator_router
from auth_service.use_cases.early_access import AskingForAccess, DecidingOnAccess
from auth_service.use_cases.signing_in import SigningIn


def early_access_routers(stores: Stores, signing_in: SigningIn) -> tuple[APIRouter, ...]:
    asking = AskingForAccess(
        requests=stores.early_access,
        users=stores.users,
        operators=signing_in.operators,
        notices=stores.notices,
        limiting=signing_in.limiting,
        wall=signing_in.wall,
    )
    auditing = auditing_of(stores)
    deciding = DecidingOnAccess(
        requests=stores.early_access,
        users=stores.users,
        notices=stores.notices,
        auditing=auditing,
        secrets=SystemSecrets(),
        wall=signing_in.wall,
    )
    return (
        early_access_router(asking),
        operator_router(deciding, signing_in),
        operations_router(auditing, signing_in),
    )
