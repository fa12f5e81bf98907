"""Erasing an account or the workspace, and the receipt that says how far it is."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from auth_service.domain.audit import AuditAction, named
from auth_service.domain.erasure import Erasure, Outcome, ageing
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.signing_in import SigningIn
from common.events import Store

PREFIX = "/auth/v1/erasures"


class ErasureRequestBody(BaseModel):
    account_id: UUID | None = Field(default=None, description="Null is the whole workspace with all its accounts.")
    confirm: str = Field(
        max_length=254,
        description="Typed by a person: the account's user name (its id without one) or the workspace's.",
    )


class StoreReceipt(BaseModel):
    store: Store
    outcome: Outcome
    completed_at: datetime | None


class TopicReceipt(BaseModel):
    """Kafka deletes these records by age; nobody takes them in any more. `until` is null while some may be added."""

    topic: str
    until: datetime | None


class Receipt(BaseModel):
    """`erased_at` is of TikTok's time: what was observed of the accounts until then is gone for ever."""

    erasure_id: UUID
    whole_workspace: bool
    accounts: tuple[UUID, ...]
    requested_at: datetime
    erased_at: datetime | None
    done_at: datetime | None
    stores: list[StoreReceipt]
    topics: list[TopicReceipt]


class ReceiptList(BaseModel):
    erasures: list[Receipt]


def erasures_router(erasing: Erasing, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(tags=["erasures"])
    router.include_router(_requests(erasing, signing_in))
    router.include_router(_receipts(erasing, signing_in))
    return router


def _requests(erasing: Erasing, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix=PREFIX)
    asking = Depends(Permitted(signing_in, Action.ERASE))

    @router.post(
        "",
        summary="Erase an account or the workspace",
        description="Owners only; it cannot be undone. Asking again gives the same erasure.",
        operation_id="requestErasure",
        status_code=202,
        responses=documented(401, 403, 404, 422, 503),
    )
    async def request(person: Annotated[Person, asking], body: ErasureRequestBody) -> Receipt:
        if body.account_id is None:
            erasure = await erasing.request_workspace(person, confirm=body.confirm)
        else:
            erasure = await erasing.request_account(person, body.account_id, confirm=body.confirm)
        subject = named("erasure", erasure.erasure_id)
        await signing_in.witness.saw(AuditAction.ERASURE_REQUESTED, person, subject=subject)
        return _receipt(erasure)

    return router


def _receipts(erasing: Erasing, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix=PREFIX)
    asking = Depends(Permitted(signing_in, Action.ERASE))

    @router.get("", summary="Erasures", operation_id="listErasures", responses=documented(401, 403, 503))
    async def listed(person: Annotated[Person, asking]) -> ReceiptList:
        return ReceiptList(erasures=[_receipt(one) for one in await erasing.all(person)])

    @router.get(
        "/{erasure_id}", summary="The receipt", operation_id="erasure", responses=documented(401, 403, 404, 422, 503)
    )
    async def receipt(person: Annotated[Person, asking], erasure_id: UUID) -> Receipt:
        return _receipt(await erasing.one(person, erasure_id))

    return router


def _receipt(erasure: Erasure) -> Receipt:
    return Receipt(
        erasure_id=erasure.erasure_id,
        whole_workspace=erasure.whole_workspace,
        accounts=erasure.accounts,
        requested_at=erasure.requested_at,
        erased_at=erasure.erased_at,
        done_at=erasure.done_at,
        stores=[
            StoreReceipt(store=store, outcome=erasure.outcome(store), completed_at=erasure.completed_at(store))
            for store in Store
        ],
        topics=[TopicReceipt(topic=kept.topic, until=kept.until) for kept in ageing(erasure)],
    )
