"""Bearer tokens of requests: a person's access token, or a service's own."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from auth_service.domain.errors import CallerRefused, NotSignedIn
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action, Seat, may
from auth_service.ports import ServiceCallers
from auth_service.use_cases.signing_in import SigningIn

_session = HTTPBearer(auto_error=False, scheme_name="session", description="Access token of POST /auth/v1/sessions")


@dataclass(frozen=True, slots=True)
class Permitted:
    """A dependency: who asks, if their role may do `action`. A route with a session has one of these."""

    signing_in: SigningIn
    action: Action

    async def __call__(self, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_session)]) -> Person:
        if given is None:
            raise NotSignedIn("Send `Authorization: Bearer <access token>`.")
        who = self.signing_in.operator_of if may(Seat.OPERATOR, self.action) else self.signing_in.person_of
        person = await who(given.credentials)
        person.require(self.action)
        return person


class CallingService(HTTPBearer):
    """A dependency: the service that asks, which is `name`: each may call what is for it alone.

    A scheme and what checks it in one: a dependency of a dependency cost as much as all that is done in it.
    """

    def __init__(self, callers: ServiceCallers, name: str) -> None:
        super().__init__(auto_error=False, scheme_name="service", description="EdDSA JWT signed by the calling service")
        self._callers = callers
        self._name = name

    # Another type than of the scheme alone, which gives what was sent.
    async def __call__(self, request: Request) -> str:  # type: ignore[override]
        given = await super().__call__(request)
        if given is None:
            raise CallerRefused("Send `Authorization: Bearer <service token>`.")
        service = self._callers.caller(given.credentials)
        if service != self._name:
            raise CallerRefused(f"This is for {self._name} alone.")
        return service
