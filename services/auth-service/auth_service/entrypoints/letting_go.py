"""Disconnecting an account of the workspace."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from auth_service.domain.audit import AuditAction, named
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.signing_in import SigningIn


def letting_go_router(letting_go: LettingGo, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/connections", tags=["connections"])
    asking = Depends(Permitted(signing_in, Action.CONNECT_ACCOUNTS))

    @router.delete(
        "/{account_id}",
        summary="Disconnect an account",
        description="Collecting stops; its id and history stay, and it may be connected again. The last connection of "
        "a TikTok account gives the consent back at TikTok.",
        operation_id="disconnect",
        status_code=204,
        responses=documented(401, 403, 404, 422, 503),
    )
    async def disconnect(person: Annotated[Person, asking], account_id: UUID) -> None:
        await letting_go.disconnect(person, account_id)
        await signing_in.witness.saw(AuditAction.ACCOUNT_DISCONNECTED, person, subject=named("account", account_id))

    return router
