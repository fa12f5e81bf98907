"""Switching the session to another workspace. Its address lies under the cookie's path."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict

from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.domain.session import ACCESS_LIFE
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.entrypoints.sessions import PATH, RefreshCookie, SessionAnswer, set_cookie
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.switching import Switching


class OtherWorkspace(BaseModel):
    model_config = ConfigDict(extra="forbid")

    workspace_id: UUID


def switching_router(switching: Switching, signing_in: SigningIn, *, secure_cookies: bool) -> APIRouter:
    router = APIRouter(prefix=PATH, tags=["sessions"])
    asking = Depends(Permitted(signing_in, Action.SEE_WORKSPACE))

    @router.post(
        "/workspace",
        summary="Go to another workspace",
        operation_id="switchWorkspace",
        responses=documented(401, 403, 404, 422, 503),
    )
    async def switch(
        person: Annotated[Person, asking], wanted: OtherWorkspace, response: Response, toa_refresh: RefreshCookie = None
    ) -> SessionAnswer:
        signed = await switching.switch(person, toa_refresh, wanted.workspace_id)
        set_cookie(response, signed, secure=secure_cookies)
        response.headers["Cache-Control"] = "no-store"
        return SessionAnswer(
            access_token=signed.access_token,
            expires_in=int(ACCESS_LIFE.total_seconds()),
            workspace_id=signed.person.workspace_id,
        )

    return router
