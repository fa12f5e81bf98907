"""A new password: asked for by mail, set by its link, or changed by the one who knows the present one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, SecretStr

from auth_service.domain.audit import AuditAction
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.client import address_of
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.changing_password import ChangingPassword
from auth_service.use_cases.signing_in import SigningIn


class ResetRequest(BaseModel):
    email: str = Field(max_length=254)


class ResetCompletion(BaseModel):
    token: SecretStr = Field(max_length=200, description="Of the link in the mail.")
    password: SecretStr = Field(max_length=1024, description="At least 12 characters, not one that is guessed first.")


class PasswordChange(BaseModel):
    current: SecretStr = Field(max_length=1024)
    password: SecretStr = Field(max_length=1024, description="At least 12 characters, not one that is guessed first.")


def passwords_router(changing: ChangingPassword, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1", tags=["sessions"], responses=documented(422, 429, 503))
    router.include_router(_resets_router(changing))
    asking = Depends(Permitted(signing_in, Action.SEE_WORKSPACE))

    @router.post(
        "/password",
        summary="Change your password",
        description="Your other sessions end.",
        operation_id="changePassword",
        status_code=204,
        responses=documented(401),
    )
    async def change(person: Annotated[Person, asking], change: PasswordChange) -> None:
        await changing.change(person, change.current, change.password)
        await signing_in.witness.saw(AuditAction.PASSWORD_CHANGED, person)

    return router


def _resets_router(changing: ChangingPassword) -> APIRouter:
    router = APIRouter(prefix="/password-resets")

    @router.post(
        "",
        summary="Ask for a link to set a new password",
        description="The answer is the same whether or not somebody has this address.",
        operation_id="askPasswordReset",
        status_code=202,
    )
    async def ask(reset: ResetRequest, request: Request) -> None:
        await changing.ask(reset.email, address_of(request))

    @router.post(
        "/complete",
        summary="Set a new password by the link",
        description="The link is good once, for 30 minutes. All sessions end.",
        operation_id="completePasswordReset",
        status_code=204,
    )
    async def complete(completion: ResetCompletion, request: Request) -> None:
        await changing.reset(completion.token, completion.password, address_of(request))

    return router
