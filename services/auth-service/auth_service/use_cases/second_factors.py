"""The second factor of a user: turning it on, asking for it, turning it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pyotp
from pydantic import SecretStr

from auth_service.domain.errors import Busy, CodeRefused, NotSignedIn, SecondFactorNeeded, SignInRefused
from auth_service.domain.identity import Person, User
from auth_service.domain.limits import CODE, SIGN_IN_ACCOUNT
from auth_service.domain.notice import NoticeKind, new_notice
from auth_service.domain.second_factor import RECOVERY_CODES, SecondFactor
from auth_service.ports import Notices, PasswordHasher, Secrets
from auth_service.ports_sign_in import Accounts, SecondFactors
from auth_service.use_cases.limiting import Limiting
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a telephone needs; shown once."""

    secret: SecretStr
    address: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    is_on: bool
    recovery_codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorsOfUsers:
    factors: SecondFactors
    users: Accounts
    passwords: PasswordHasher
    notices: Notices
    limiting: Limiting
    secrets: Secrets
    wall: Clock

    async def is_on(self, user_id: UUID) -> bool:
        factor = await self.factors.get(user_id)
        return factor is not None and factor.is_on

    async def require(self, user_id: UUID, code: str | None) -> None:
        """At sign-in: nothing to do for whoever has none."""
        factor = await self.factors.get(user_id)
        if factor is None or not factor.is_on:
            return
        if not code:
            raise SecondFactorNeeded
        await self._use(factor, code)

    async def state(self, person: Person) -> State:
        factor = await self.factors.get(person.user_id)
        is_on = factor is not None and factor.is_on
        return State(is_on=is_on, recovery_codes_left=len(factor.recovery_sha256) if factor and is_on else 0)

    async def enrol(self, person: Person, password: SecretStr) -> Enrolment:
        """A new secret; it asks for nothing until a first code has confirmed it."""
        user = await self._proven(person, password)
        secret = SecretStr(pyotp.random_base32())
        factor = SecondFactor(user_id=user.user_id, secret=secret, started_at=self.wall.now())
        if not await self.factors.put(factor):
            raise Busy("The second factor is on; turn it off first.")
        return Enrolment(secret=secret, address=SecretStr(factor.address(user.email)))

    async def confirm(self, person: Person, code: str) -> Sequence[str]:
        """Turn it on; the recovery codes, shown once."""
        await self.limiting.require(CODE, str(person.user_id))
        factor = await self.factors.get(person.user_id)
        codes = [self.secrets.new_key_id().upper() for _ in range(RECOVERY_CODES)]
        confirmed = factor.confirmed(code, codes, self.wall.now()) if factor else None
        if confirmed is None or not await self.factors.replace(confirmed):
            raise CodeRefused
        await self._tell(person, "on")
        return codes

    async def turn_off(self, person: Person, code: str) -> None:
        await self.limiting.require(CODE, str(person.user_id))
        factor = await self.factors.get(person.user_id)
        if factor is None or not factor.is_on:
            return
        await self._use(factor, code)
        await self.factors.remove(person.user_id)
        await self._tell(person, "off")

    async def _use(self, factor: SecondFactor, code: str) -> None:
        used = factor.used(code, self.wall.now())
        # Of two who send the same code at once, one is second.
        if used is None or not await self.factors.replace(used):
            raise CodeRefused

    async def _proven(self, person: Person, password: SecretStr) -> User:
        user = await self.users.get(person.user_id)
        if user is None:
            raise NotSignedIn("The session has ended; sign in again.")
        await self.limiting.require(SIGN_IN_ACCOUNT, user.email)
        if not await self.passwords.matches(password, user.password_hash or None):
            raise SignInRefused
        await self.limiting.forget(SIGN_IN_ACCOUNT, user.email)
        return user

    async def _tell(self, person: Person, state: str) -> None:
        user = await self.users.get(person.user_id)
        if user is None:
            return
        now = self.wall.now()
        kind, about = NoticeKind.SECOND_FACTOR_CHANGED, f"{user.user_id} {now.isoformat()}"
        told = new_notice(kind, about=about, email=user.email, at=now, user_id=user.user_id, values={"state": state})
        await self.notices.add(told)
