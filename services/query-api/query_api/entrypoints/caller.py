"""Who calls: from the bearer token of a request to a principal."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from common.events import KeyScope
from query_api.domain.access import Principal, api_key, key_principal, session_principal
from query_api.domain.errors import NotAuthenticated
from query_api.ports import Services

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="An API key (`toa_<id>_<secret>`) or a session token of auth-service.",
)


def services_of(request: Request) -> Services:
    """What the app was made with."""
    services: Services = request.app.state.services
    return services


async def principal_of(
    services: Annotated[Services, Depends(services_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Principal:
    if credentials is None:
        raise NotAuthenticated("send `Authorization: Bearer` with an API key or a session token")
    principal = await _principal(credentials.credentials, services)
    principal.require(KeyScope.READ)
    return principal


async def _principal(token: str, services: Services) -> Principal:
    key = api_key(token)
    if key is not None:
        now = services.wall.now()
        principal = key_principal(key, services.access.key(key.key_id), now=now)
        services.key_uses.used(key.key_id, now)
        return principal
    claims = await services.sessions.claims(token)
    return session_principal(claims, services.access.workspace(claims.workspace_id))


Caller = Annotated[Principal, Depends(principal_of)]
Ports = Annotated[Services, Depends(services_of)]
