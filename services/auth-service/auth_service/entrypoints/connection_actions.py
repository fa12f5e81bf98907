"""What a person does with one connection: look at it, test it, and command its collection."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, Field

from auth_service.domain import permissions
from auth_service.domain.identity import Person
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.entrypoints.shown import ConnectionAnswer, connection_answer
from auth_service.use_cases.commanding import Commanding
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.trying_connections import TryingConnections
from auth_service.use_cases.viewing import Viewing
from common.events import Action


class CheckAnswer(BaseModel):
    name: str
    works: bool | None = Field(description="Null where the account's owner did not permit to ask.")
    detail: str


class TestAnswer(BaseModel):
    """What TikTok said just now to the account's own token."""

    works: bool = Field(description="Whether all that is permitted works.")
    checks: list[CheckAnswer]


class CommandAnswer(BaseModel):
    """It will be obeyed within seconds; the connection's state tells when it was."""

    command_id: UUID


def actions_router(
    connecting: Connecting, viewing: Viewing, trying: TryingConnections, commanding: Commanding, signing_in: SigningIn
) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/connections", tags=["connections"], responses=documented(401, 404, 422, 503))
    router.include_router(_looking(connecting, viewing, signing_in))
    router.include_router(_doing(trying, commanding, signing_in))
    return router


def _looking(connecting: Connecting, viewing: Viewing, signing_in: SigningIn) -> APIRouter:
    router = APIRouter()
    seeing = Depends(Permitted(signing_in, permissions.Action.SEE_CONNECTIONS))

    @router.get("/{account_id}", summary="One account", operation_id="getConnection")
    async def one(person: Annotated[Person, seeing], account_id: UUID) -> ConnectionAnswer:
        return connection_answer(await viewing.one(await connecting.one(person, account_id)))

    return router


def _doing(trying: TryingConnections, commanding: Commanding, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(responses=documented(403, 409))
    asking = Depends(Permitted(signing_in, permissions.Action.CONNECT_ACCOUNTS))

    @router.post("/{account_id}/test", summary="Ask TikTok what works", operation_id="testConnection")
    async def test(person: Annotated[Person, asking], account_id: UUID) -> TestAnswer:
        checks = await trying.test(person, account_id)
        rows = [CheckAnswer(name=check.name, works=check.works, detail=check.detail) for check in checks]
        return TestAnswer(works=all(check.works is not False for check in checks), checks=rows)

    @router.post(
        "/{account_id}/commands",
        summary="Refresh, backfill, pause or resume",
        operation_id="commandConnection",
        status_code=202,
    )
    async def command(
        person: Annotated[Person, asking], account_id: UUID, action: Annotated[Action, Body(discriminator="kind")]
    ) -> CommandAnswer:
        given = await commanding.command(person, account_id, action)
        return CommandAnswer(command_id=given.command_id)

    return router
