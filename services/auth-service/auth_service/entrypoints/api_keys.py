"""API keys over HTTP. The secret is in the answer that makes a key and in no other."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from auth_service.domain.api_key import LONGEST_OVERLAP, ApiKey, KeyWish
from auth_service.domain.identity import LONGEST_NAME, Person
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.members import Accounts
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.managing_keys import Made, ManagingKeys
from auth_service.use_cases.signing_in import SigningIn
from common.events import KeyScope
from common.runtime.clock import Clock

_DAY_HOURS = 24


class KeyState(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=2 * LONGEST_NAME)
    scopes: tuple[KeyScope, ...] = Field(min_length=1, max_length=len(KeyScope))
    accounts: Accounts = None
    expires_at: AwareDatetime | None = Field(default=None, description="Null: it does not expire.")


class KeyAnswer(BaseModel):
    """A key without its secret."""

    key_id: str
    name: str
    scopes: tuple[KeyScope, ...]
    accounts: Accounts
    state: KeyState
    expires_at: datetime | None
    replaced_by: str | None = Field(description="The key that a rotation put in its place.")
    created_by: UUID | None
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute or so; null: not yet.")


class KeyList(BaseModel):
    keys: list[KeyAnswer]


class MadeKey(BaseModel):
    key: KeyAnswer
    api_key: str = Field(description="The whole key, shown this once.")


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    overlap_hours: int = Field(
        default=_DAY_HOURS, ge=0, le=LONGEST_OVERLAP.days * _DAY_HOURS, description="How long the old key goes on."
    )


def api_keys_router(managing: ManagingKeys, signing_in: SigningIn, wall: Clock) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/keys", tags=["API keys"], responses=documented(401, 403, 503))
    router.include_router(_key_router(managing, signing_in, wall))
    allowed = Depends(Permitted(signing_in, Action.MANAGE_KEYS))

    @router.get("", summary="API keys of the workspace", operation_id="listKeys")
    async def listed(person: Annotated[Person, allowed]) -> KeyList:
        now = wall.now()
        return KeyList(keys=[_answer(key, now) for key in await managing.list(person)])

    @router.post(
        "", summary="Make an API key", operation_id="createKey", status_code=201, responses=documented(409, 422)
    )
    async def create(person: Annotated[Person, allowed], wanted: NewKey, response: Response) -> MadeKey:
        wish = KeyWish(name=wanted.name, scopes=wanted.scopes, accounts=wanted.accounts, expires_at=wanted.expires_at)
        return _made(await managing.create(person, wish), wall.now(), response)

    return router


def _key_router(managing: ManagingKeys, signing_in: SigningIn, wall: Clock) -> APIRouter:
    router = APIRouter(responses=documented(404))
    allowed = Depends(Permitted(signing_in, Action.MANAGE_KEYS))

    @router.post(
        "/{key_id}/rotate",
        summary="Put a new key in its place",
        operation_id="rotateKey",
        status_code=201,
        responses=documented(409, 422),
    )
    async def rotate(person: Annotated[Person, allowed], key_id: str, wanted: Rotation, response: Response) -> MadeKey:
        overlap = timedelta(hours=wanted.overlap_hours)
        return _made(await managing.rotate(person, key_id, overlap), wall.now(), response)

    @router.delete("/{key_id}", summary="Revoke a key", operation_id="revokeKey", status_code=204)
    async def revoke(person: Annotated[Person, allowed], key_id: str) -> None:
        await managing.revoke(person, key_id)

    return router


def _made(made: Made, now: datetime, response: Response) -> MadeKey:
    response.headers["Cache-Control"] = "no-store"
    return MadeKey(key=_answer(made.key, now), api_key=made.secret.get_secret_value())


def _answer(key: ApiKey, now: datetime) -> KeyAnswer:
    return KeyAnswer(
        key_id=key.key_id,
        name=key.name,
        scopes=key.scopes,
        accounts=key.accounts,
        state=_state(key, now),
        expires_at=key.expires_at,
        replaced_by=key.replaced_by,
        created_by=key.created_by,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
    )


def _state(key: ApiKey, now: datetime) -> KeyState:
    if key.revoked:
        return KeyState.REVOKED
    return KeyState.ACTIVE if key.is_live(now) else KeyState.EXPIRED
