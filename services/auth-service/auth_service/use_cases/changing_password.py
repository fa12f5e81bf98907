"""A new password: by the one who knows the old one, or by a link in a mail."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

from auth_service.domain.errors import InvalidInput, NotSignedIn, ResetRefused, SignInRefused
from auth_service.domain.identity import Person, User, normal_email
from auth_service.domain.limits import RESET_ACCOUNT, RESET_ADDRESS, RESET_TOKEN, SIGN_IN_ACCOUNT
from auth_service.domain.notice import NoticeKind, new_notice
from auth_service.domain.password import require_good
from auth_service.domain.password_reset import PasswordReset, new_reset
from auth_service.domain.record import fingerprint
from auth_service.ports import Notices, PasswordHasher, Secrets
from auth_service.ports_sign_in import Accounts, PasswordResets
from auth_service.use_cases.ending_sessions import EndingSessions
from auth_service.use_cases.limiting import Limiting
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangingPassword:
    """`page` is the address where a new password is typed; the token is added to it."""

    users: Accounts
    ending: EndingSessions
    resets: PasswordResets
    passwords: PasswordHasher
    notices: Notices
    limiting: Limiting
    secrets: Secrets
    wall: Clock
    page: str

    async def ask(self, email: str, address: str) -> None:
        """Send the link, if somebody has this address; whoever asks cannot tell."""
        await self.limiting.require(RESET_ADDRESS, address)
        await self.limiting.require(RESET_ACCOUNT, email.casefold().strip())
        user = await self._user(email)
        token = self.secrets.new_secret()
        reset = new_reset(token=token, user_id=user.user_id if user else None, at=self.wall.now())
        await self.resets.add(reset)
        if user:
            await self._send(user, reset, token)

    async def reset(self, token: SecretStr, password: SecretStr, address: str) -> None:
        """By the link of a mail. A password that is not good enough leaves the link as it is."""
        await self.limiting.require(RESET_TOKEN, address)
        require_good(password)
        reset = await self.resets.take(fingerprint(token.get_secret_value()))
        if reset is None or reset.user_id is None or self.wall.now() >= reset.expires_at:
            raise ResetRefused
        user = await self.users.get(reset.user_id)
        if user is None:
            raise ResetRefused
        await self.users.set_password(user.user_id, await self.passwords.hash(password))
        await self.limiting.forget(SIGN_IN_ACCOUNT, user.email)
        await self._changed(user, keep=None)

    async def change(self, person: Person, current: SecretStr, password: SecretStr) -> None:
        """By the one who knows the present one; other sessions end, this one stays."""
        user = await self.users.get(person.user_id)
        if user is None:
            raise NotSignedIn("The session has ended; sign in again.")
        await self.limiting.require(SIGN_IN_ACCOUNT, user.email)
        if not await self.passwords.matches(current, user.password_hash or None):
            raise SignInRefused
        await self.limiting.forget(SIGN_IN_ACCOUNT, user.email)
        require_good(password, email=user.email)
        hashed = await self.passwords.hash(password)
        if not await self.users.set_password(user.user_id, hashed, was=user.password_hash):
            raise SignInRefused
        await self._changed(user, keep=person.session_id)

    async def _user(self, email: str) -> User | None:
        try:
            return await self.users.by_email(normal_email(email))
        except InvalidInput:
            return None

    async def _send(self, user: User, reset: PasswordReset, token: str) -> None:
        notice = new_notice(
            NoticeKind.PASSWORD_RESET,
            about=reset.token_sha256,
            email=user.email,
            at=self.wall.now(),
            # In the fragment: it reaches no server's log and no other site.
            link=f"{self.page}#token={token}",
        )
        await self.notices.add(notice.until(reset.expires_at))

    async def _changed(self, user: User, keep: UUID | None) -> None:
        await self.ending.end_others(user.user_id, but=keep)
        now = self.wall.now()
        about = f"{user.user_id} {now.isoformat()}"
        told = new_notice(NoticeKind.PASSWORD_CHANGED, about=about, email=user.email, at=now, user_id=user.user_id)
        await self.notices.add(told)
