"""The second port's endpoint for the service that lets API keys in: when a key was last used."""

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field

from auth_service.entrypoints.bearer import CallingService
from auth_service.entrypoints.problems import documented
from auth_service.ports import ServiceCallers
from auth_service.use_cases.managing_keys import ManagingKeys

CALLER = "query-api"
MOST_USES = 500


class KeyUse(BaseModel):
    key_id: str = Field(max_length=64)
    used_at: AwareDatetime = Field(description="Wall time of the newest use.")


class KeyUses(BaseModel):
    uses: list[KeyUse] = Field(max_length=MOST_USES)


def key_use_router(managing: ManagingKeys, callers: ServiceCallers) -> APIRouter:
    router = APIRouter(tags=["internal"], dependencies=[Depends(CallingService(callers, CALLER))])

    @router.post(
        "/keys/used",
        summary="When keys were last used",
        operation_id="tellKeyUse",
        status_code=204,
        responses=documented(401, 422, 503),
    )
    async def used(told: KeyUses) -> None:
        for use in told.uses:
            await managing.used(use.key_id, use.used_at)

    return router
