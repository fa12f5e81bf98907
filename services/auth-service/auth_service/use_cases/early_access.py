"""Asking for early access, deciding on it, and holding connections to it where the deployment wants so."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_service.domain.early_access import EarlyAccess, RequestStatus, new_request, normal_handle
from auth_service.domain.errors import EarlyAccessNeeded, InvalidInput, NotFound
from auth_service.domain.identity import Person, User
from auth_service.domain.limits import EARLY_ACCESS_ADDRESS, EARLY_ACCESS_EMAIL
from auth_service.domain.permissions import Action
from auth_service.ports import Notices, Secrets
from auth_service.ports_sign_in import Accounts, EarlyAccessRequests, RequestPage
from auth_service.use_cases.auditing import Auditing
from auth_service.use_cases.limiting import Limiting
from auth_service.use_cases.operating import Operators
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingForAccess:
    requests: EarlyAccessRequests
    users: Accounts
    operators: Operators
    notices: Notices
    limiting: Limiting
    wall: Clock

    async def ask(self, *, name: str, company: str, email: str, handle: str, reason: str, address: str) -> None:
        """The same to whoever asks, whether or not it was asked or decided before."""
        now = self.wall.now()
        await self.limiting.require(EARLY_ACCESS_ADDRESS, address)
        request = new_request(name=name, company=company, email=email, handle=handle, reason=reason, at=now)
        await self.limiting.require(EARLY_ACCESS_EMAIL, request.email)
        kept = request if await self.requests.add(request) else await self._again(request)
        if kept.status is RequestStatus.REQUESTED:
            for operator in await self._operators():
                await self.notices.add(kept.told_to(operator.user_id, operator.email, now))

    async def _again(self, request: EarlyAccess) -> EarlyAccess:
        present = await self.requests.get(request.request_id)
        later = present.asked_again(request) if present else request
        if later is not present:
            await self.requests.replace(later)
        return later

    async def _operators(self) -> Sequence[User]:
        found = [await self.users.by_email(email) for email in sorted(self.operators.emails)]
        return [user for user in found if user]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingOnAccess:
    """For operators only. Each decision is written with its entry of the operators' log."""

    requests: EarlyAccessRequests
    users: Accounts
    notices: Notices
    auditing: Auditing
    secrets: Secrets
    wall: Clock

    async def page(
        self, person: Person, status: RequestStatus | None, *, limit: int, cursor: str | None
    ) -> RequestPage:
        person.require(Action.DECIDE_EARLY_ACCESS)
        return await self.requests.page(status, limit=limit, cursor=cursor)

    async def decide(self, person: Person, request_id: str, status: RequestStatus, reason: str) -> EarlyAccess:
        """Of two who decide at once the second is told that it was decided."""
        person.require(Action.DECIDE_EARLY_ACCESS)
        while True:
            present = await self.requests.get(request_id)
            if present is None:
                raise NotFound("There is no such request.")
            now = self.wall.now()
            decided = present.decided(status, by=person.user_id, reason=reason, at=now)
            if await self.requests.replace(decided, audit=(decided.recorded(self.secrets.new_id()),)):
                await self.auditing.carry_now()
                user = await self.users.by_email(decided.email)
                await self.notices.add(decided.told(user.user_id if user else None, now))
                return decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """The allowlist of approved requests."""

    requests: EarlyAccessRequests

    async def require(self, *, open_id: str, handle: str | None) -> None:
        known_as = _usable(handle)
        for request in await self.requests.approved_for(open_id=open_id, handle=known_as):
            if request.allows(open_id=open_id, handle=known_as) and await self._used(request, open_id):
                return
        raise EarlyAccessNeeded

    async def _used(self, request: EarlyAccess, open_id: str) -> bool:
        """Its first use makes the approval this account's alone."""
        if request.open_id:
            return True
        used = request.model_copy(update={"open_id": open_id, "revision": request.revision + 1})
        if await self.requests.replace(used):
            return True
        present = await self.requests.get(request.request_id)
        return present is not None and present.allows(open_id=open_id, handle=None)


def _usable(handle: str | None) -> str | None:
    try:
        return normal_handle(handle) if handle else None
    except InvalidInput:
        return None
