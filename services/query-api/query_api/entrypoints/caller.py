"""Who calls: from the bearer token of a request to a principal."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import Scope

from common.events import KeyScope
from common.events.access import WeekStart
from query_api.domain.access import Principal, api_key, key_principal, session_principal
from query_api.domain.errors import NotAuthenticated, TooOften
from query_api.domain.rate import Allowance
from query_api.entrypoints.known_parameters import refuse_unknown
from query_api.ports import Services

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="An API key (`toa_<id>_<secret>`) or a session token of auth-service.",
)


# `async`, although it waits for nothing: the framework gives each other one a thread.
async def services_of(request: Request) -> Services:
    """What the app was made with."""
    services: Services = request.app.state.services
    return services


async def standing_of(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> "Standing":
    if credentials is None:
        raise NotAuthenticated("send `Authorization: Bearer` with an API key or a session token")
    return Standing(credentials.credentials, await services_of(request))


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody presented, held against the newest state of access as often as it is asked."""

    token: str
    services: Services

    async def principal(self) -> Principal:
        """Who it is now; raises `NotAuthenticated`, `NotAllowed` or `Unavailable`."""
        principal = await self._principal()
        principal.require(KeyScope.READ)
        return principal

    def count(self, scope: Scope, principal: Principal) -> bool:
        """Whether one more request is granted; the answer's headers will tell, whatever becomes of it."""
        allowance = scope["state"]["allowance"] = self.services.rate_limits.take(principal.subject)
        if allowance.granted and principal.key_id is not None:
            self.services.key_uses.used(principal.key_id, self.services.wall.now())
        return allowance.granted

    async def _principal(self) -> Principal:
        services = self.services
        if (key := api_key(self.token)) is not None:
            return key_principal(key, services.access.key(key.key_id), now=services.wall.now())
        claims = await services.sessions.claims(self.token)
        return session_principal(claims, services.access.workspace(claims.workspace_id))


async def principal_of(request: Request, standing: Annotated[Standing, Depends(standing_of)]) -> Principal:
    principal = await standing.principal()
    if not standing.count(request.scope, principal):
        raise _too_often(request.state.allowance)
    await refuse_unknown(request)
    # Before anything is read for the answer: what changes from now on is a change since.
    request.state.ground = ground_of(principal, standing.services)
    return principal


@dataclass(frozen=True, slots=True)
class Ground:
    """What a question rests on beside its words: the workspace's accounts, its time zone and its week."""

    accounts_version: int
    timezone: str | None
    week_start: WeekStart | None


def ground_of(principal: Principal, services: Services) -> Ground:
    workspace = services.access.workspace(principal.workspace_id)
    return Ground(
        accounts_version=services.accounts.version(principal.workspace_id),
        timezone=workspace.timezone if workspace else None,
        week_start=workspace.week_start if workspace else None,
    )


def _too_often(allowance: Allowance) -> TooOften:
    quota, seconds = allowance.quota, allowance.retry_seconds
    return TooOften(f"You may ask {quota.requests} times in {quota.seconds} seconds; wait {seconds}", seconds=seconds)


Caller = Annotated[Principal, Depends(principal_of)]
Asking = Annotated[Standing, Depends(standing_of)]
Ports = Annotated[Services, Depends(services_of)]
