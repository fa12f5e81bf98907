"""Early access: the public form, and the operators' queue."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from auth_service.domain.early_access import EarlyAccess, RequestStatus
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.client import address_of
from auth_service.entrypoints.pages import Cursor, Limit
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.early_access import AskingForAccess, DecidingOnAccess
from auth_service.use_cases.signing_in import SigningIn


class AccessRequest(BaseModel):
    name: str = Field(min_length=1, max_length=120)
    company: str = Field(min_length=1, max_length=120)
    email: str = Field(max_length=254)
    handle: str = Field(max_length=60, description="Of the TikTok account, such as @northlight.")
    reason: str = Field(default="", max_length=2000)


class Decision(BaseModel):
    reason: str = Field(max_length=1000, description="The person gets it in a mail.")


class RequestAnswer(BaseModel):
    request_id: str
    name: str
    company: str
    email: str
    handle: str
    reason: str
    status: RequestStatus
    open_id: str | None = Field(description="The account that used the approval first: it is for this one alone.")
    requested_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    decision_reason: str


class RequestList(BaseModel):
    requests: list[RequestAnswer]
    next_cursor: str | None


def early_access_router(asking: AskingForAccess) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/early-access", tags=["early access"])

    @router.post(
        "",
        summary="Ask for early access",
        description="The answer is the same whether or not it was asked for before.",
        operation_id="askEarlyAccess",
        status_code=202,
        responses=documented(422, 429, 503),
    )
    async def ask(form: AccessRequest, request: Request) -> None:
        await asking.ask(**form.model_dump(), address=address_of(request))

    return router


def operator_router(deciding: DecidingOnAccess, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(
        prefix="/auth/v1/operator/early-access", tags=["operator"], responses=documented(401, 403, 422, 503)
    )
    asking = Depends(Permitted(signing_in, Action.DECIDE_EARLY_ACCESS))
    decisions = documented(404, 409)

    @router.get("", summary="Who asks, the oldest first", operation_id="listEarlyAccess")
    async def listed(
        person: Annotated[Person, asking], status: RequestStatus | None = None, limit: Limit = 50, cursor: Cursor = None
    ) -> RequestList:
        page = await deciding.page(person, status, limit=limit, cursor=cursor)
        return RequestList(requests=[_answer(one) for one in page.requests], next_cursor=page.next_cursor)

    @router.post("/{request_id}/approve", summary="Approve", operation_id="approveEarlyAccess", responses=decisions)
    async def approve(person: Annotated[Person, asking], request_id: str) -> RequestAnswer:
        return _answer(await deciding.decide(person, request_id, RequestStatus.APPROVED, ""))

    @router.post("/{request_id}/deny", summary="Deny", operation_id="denyEarlyAccess", responses=decisions)
    async def deny(person: Annotated[Person, asking], request_id: str, decision: Decision) -> RequestAnswer:
        return _answer(await deciding.decide(person, request_id, RequestStatus.DENIED, decision.reason))

    @router.post("/{request_id}/revoke", summary="Revoke", operation_id="revokeEarlyAccess", responses=decisions)
    async def revoke(person: Annotated[Person, asking], request_id: str, decision: Decision) -> RequestAnswer:
        return _answer(await deciding.decide(person, request_id, RequestStatus.REVOKED, decision.reason))

    return router


def _answer(request: EarlyAccess) -> RequestAnswer:
    return RequestAnswer.model_validate(request.model_dump())
