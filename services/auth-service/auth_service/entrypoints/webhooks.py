"""Where TikTok tells what happened. It wants 200 at once, else it sends again; a forged one gets 401."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel

from auth_service.entrypoints.problems import documented
from auth_service.use_cases.hearing import Hearing

PATH = "/webhooks/tiktok/"


class HeardAnswer(BaseModel):
    """`news` is false for one that was heard before or that does not concern us."""

    news: bool


def webhooks_router(hearing: Hearing) -> APIRouter:
    router = APIRouter(tags=["webhooks"])

    @router.post(PATH, summary="TikTok's webhook", operation_id="tiktokWebhook", responses=documented(401, 503))
    async def heard(request: Request, tiktok_signature: Annotated[str, Header()] = "") -> HeardAnswer:
        return HeardAnswer(news=await hearing.hear(await request.body(), tiktok_signature))

    return router
