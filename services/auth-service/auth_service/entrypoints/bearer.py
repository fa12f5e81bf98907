"""Bearer tokens of requests: a person's access token, or a service's own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from auth_service.domain.errors import CallerRefused, NotSignedIn
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.ports import ServiceCallers
from auth_service.use_cases.signing_in import SigningIn

_session = HTTPBearer(auto_error=False, scheme_name="session", description="Access token of POST /auth/v1/sessions")
_service = HTTPBearer(auto_error=False, scheme_name="service", description="EdDSA JWT signed by the calling service")


@dataclass(frozen=True, slots=True)
class Permitted:
    """A dependency: who asks, if their role may do `action`. A route with a session has one of these."""

    signing_in: SigningIn
    action: Action

    async def __call__(self, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_session)]) -> Person:
        if given is None:
            raise NotSignedIn("Send `Authorization: Bearer <access token>`.")
        person = await self.signing_in.person_of(given.credentials)
        person.require(self.action)
        return person


def calling_service(callers: ServiceCallers, name: str) -> Callable[..., Awaitable[str]]:
    """A dependency: the service that asks, which is `name`: each may call what is for it alone."""

    async def caller(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_service)]) -> str:
        if given is None:
            raise CallerRefused("Send `Authorization: Bearer <service token>`.")
        service = callers.caller(given.credentials)
        if service != name:
            raise CallerRefused(f"This is for {name} alone.")
        return service

    return caller
