"""The user over HTTP: who I am here and what I may do, and deleting myself."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action, allowed_to
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.members import Accounts
from auth_service.entrypoints.problems import documented
from auth_service.entrypoints.sessions import COOKIE, PATH
from auth_service.use_cases.deleting_users import DeletingUsers
from auth_service.use_cases.signing_in import SigningIn
from common.events import Role


class MeAnswer(BaseModel):
    user_id: UUID
    email: str
    has_password: bool = Field(description="Without one the person signs in with the provider alone.")
    workspace_id: UUID
    role: Role
    accounts: Accounts
    permissions: list[str] = Field(description="What the role may do, such as manage_members.")


class Farewell(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: SecretStr | None = Field(
        default=None,
        max_length=1024,
        description="Once more, because nothing brings the user back. Without it the session must be one that began "
        "at most 5 minutes ago with /auth/v1/oidc/start?fresh=true.",
    )


def users_router(deleting: DeletingUsers, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/users", tags=["users"], responses=documented(401, 403, 404, 503))
    asking = Depends(Permitted(signing_in, Action.SEE_WORKSPACE))
    leaving = Depends(Permitted(signing_in, Action.LEAVE_WORKSPACE))

    @router.get("/me", summary="Who I am here", operation_id="me")
    async def me(person: Annotated[Person, asking]) -> MeAnswer:
        user = await deleting.user(person.user_id)
        return MeAnswer(
            user_id=person.user_id,
            email=user.email,
            has_password=bool(user.password_hash),
            workspace_id=person.workspace_id,
            role=person.role,
            accounts=person.accounts,
            permissions=[action.name.lower() for action in allowed_to(person.role)],
        )

    @router.post(
        "/me/delete",
        summary="Delete my user, everywhere",
        operation_id="deleteMe",
        status_code=204,
        responses=documented(409, 422, 429),
    )
    async def delete(person: Annotated[Person, leaving], farewell: Farewell, response: Response) -> None:
        await deleting.delete(person, farewell.password)
        response.delete_cookie(COOKIE, path=PATH)

    return router
