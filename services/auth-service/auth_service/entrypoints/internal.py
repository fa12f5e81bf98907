"""The second port's endpoint for services: an access token for one account."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from auth_service.entrypoints.bearer import calling_service
from auth_service.entrypoints.problems import documented
from auth_service.ports import ServiceCallers
from auth_service.use_cases.lending_tokens import LendingTokens

PREFIX = "/internal/v1"
CALLER = "ingestor"


class TokenRequest(BaseModel):
    account_id: UUID
    refused_version: int | None = Field(default=None, description="The token_version that TikTok did not accept.")


class TokenAnswer(BaseModel):
    """`expires_at` is of the domain clock."""

    access_token: str
    token_version: int
    expires_at: datetime
    scopes: tuple[str, ...]
    open_id: str


def tokens_router(lending: LendingTokens, callers: ServiceCallers) -> APIRouter:
    router = APIRouter(tags=["internal"], dependencies=[Depends(calling_service(callers, CALLER))])

    @router.post(
        "/tokens",
        summary="A token of an account",
        operation_id="lendToken",
        responses=documented(401, 404, 409, 422, 503),
    )
    async def token(request: TokenRequest, response: Response) -> TokenAnswer:
        grant = await lending.token(request.account_id, request.refused_version)
        response.headers["Cache-Control"] = "no-store"
        return TokenAnswer(
            access_token=grant.tokens.access_token.get_secret_value(),
            token_version=grant.token_version,
            expires_at=grant.tokens.access_expires_at,
            scopes=grant.tokens.scopes,
            open_id=grant.open_id,
        )

    return router
