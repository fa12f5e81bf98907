"""Signing in with a password, keeping a session by its rotating cookie, and knowing who asks."""

from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import SecretStr

from auth_service.domain.audit import AuditAction, named
from auth_service.domain.errors import InvalidInput, NotSignedIn, SignInRefused
from auth_service.domain.identity import Member, Person, User, Workspace, normal_email, person
from auth_service.domain.limits import SIGN_IN_ACCOUNT, SIGN_IN_ADDRESS
from auth_service.domain.session import Session, new_session
from auth_service.ports import AccessTokens, PasswordHasher, Secrets, Sessions, Users, Workspaces
from auth_service.use_cases.auditing import Witness
from auth_service.use_cases.ending_sessions import EndingSessions
from auth_service.use_cases.limiting import Limiting
from auth_service.use_cases.operating import Operators
from auth_service.use_cases.second_factors import SecondFactorsOfUsers
from common.runtime.clock import Clock
from common.runtime.logs import logger

_log = logger(__name__)
_ENDED = "The session has ended; sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """`refresh` is the cookie's value: `<session id>.<secret>`."""

    person: Person
    access_token: str
    refresh: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    users: Users
    workspaces: Workspaces
    sessions: Sessions
    passwords: PasswordHasher
    factors: SecondFactorsOfUsers
    operators: Operators
    limiting: Limiting
    ending: EndingSessions
    tokens: AccessTokens
    witness: Witness
    secrets: Secrets
    wall: Clock

    async def sign_in(
        self, email: str, password: SecretStr, *, code: str | None = None, address: str = "", device: str = ""
    ) -> SignedIn:
        """`address` is where the request came from, `code` the second factor's, if the user has one."""
        await self.limiting.require(SIGN_IN_ADDRESS, address)
        await self.limiting.require(SIGN_IN_ACCOUNT, email.casefold().strip())
        user = await self._proven(email, password)
        await self.factors.require(user.user_id, code)
        signed = await self.begin(user, device=device)
        await self.limiting.good(SIGN_IN_ADDRESS, address)
        await self.limiting.forget(SIGN_IN_ACCOUNT, user.email)
        return signed

    async def begin(self, user: User, *, device: str, proven: bool = False) -> SignedIn:
        """A new session of a user who has shown who they are; `proven`: the provider asked them just now."""
        workspace = await self.workspaces.of_member(user.user_id)
        if workspace is None:
            raise SignInRefused
        now, secret = self.wall.now(), self.secrets.new_secret()
        session = new_session(
            session_id=self.secrets.new_id(),
            user_id=user.user_id,
            workspace_id=workspace.workspace_id,
            secret=secret,
            at=now,
            device=device,
            proven=proven,
        )
        await self.sessions.add(session)
        signed = await self._signed_in(session, secret)
        await self.witness.saw(AuditAction.SIGNED_IN, signed.person, subject=named("session", session.session_id))
        return signed

    async def _proven(self, email: str, password: SecretStr) -> User:
        user = await self._user(email)
        # A user without a password, who signs in elsewhere, has none that matches.
        right = await self.passwords.matches(password, user.password_hash or None if user else None)
        if user is None or not right:
            _log.warning("sign-in refused", user_id=str(user.user_id) if user else None)
            if user:
                await self._refused(user)
            raise SignInRefused
        return user

    async def _refused(self, user: User) -> None:
        """Of an address that nobody has there is no workspace to tell."""
        if workspace := await self.workspaces.of_member(user.user_id):
            action, workspace_id = AuditAction.SIGN_IN_REFUSED, workspace.workspace_id
            await self.witness.saw_user(action, user_id=user.user_id, workspace_id=workspace_id)

    async def refresh(self, cookie: str | None) -> SignedIn:
        """A new access token and a new cookie for a good one; a secret used long after its turn ends the session."""
        session, given = await self._session(cookie)
        now, secret = self.wall.now(), self.secrets.new_secret()
        if not session.accepts(given, now):
            await self.ending.end(session.user_id, session.session_id)
            raise NotSignedIn(_ENDED)
        rotated = session.rotated(secret, now)
        if await self.sessions.rotate(rotated, from_sha256=session.secret_sha256):
            return await self._signed_in(rotated, secret)
        # Another tab was first; the cookie is the one before now, which is good for the grace.
        return await self.refresh(cookie)

    async def sign_out(self, cookie: str | None) -> None:
        try:
            session, given = await self._session(cookie)
        except NotSignedIn:
            return
        if session.accepts(given, self.wall.now()):
            await self.ending.end(session.user_id, session.session_id)
            subject = named("session", session.session_id)
            who = {"user_id": session.user_id, "workspace_id": session.workspace_id}
            await self.witness.saw_user(AuditAction.SIGNED_OUT, **who, subject=subject)

    async def person_of(self, access_token: str) -> Person:
        """Who asks, with the role the workspace gives them now, and only while the token's session lasts: the end of
        one is told to the workspace before it ends. Whether they are an operator is not looked up."""
        claims = self.tokens.read(access_token)
        workspace, member = await self._standing(claims.user_id, claims.workspace_id)
        if member.has_ended(claims.session_id, self.wall.now()):
            raise NotSignedIn(_ENDED)
        return replace(person(workspace, member), session_id=claims.session_id)

    async def operator_of(self, access_token: str) -> Person:
        """Who asks, as an operator if they are one."""
        asking = await self.person_of(access_token)
        return replace(asking, operator=await self.operators.is_operator(asking.user_id))

    async def _user(self, email: str) -> User | None:
        try:
            return await self.users.by_email(normal_email(email))
        except InvalidInput:
            return None

    async def _session(self, cookie: str | None) -> tuple[Session, str]:
        session_id, _, secret = (cookie or "").partition(".")
        try:
            session = await self.sessions.get(UUID(session_id))
        except ValueError:
            session = None
        if session is None:
            raise NotSignedIn(_ENDED)
        return session, secret

    async def _signed_in(self, session: Session, secret: str) -> SignedIn:
        standing = await self._standing(session.user_id, session.workspace_id)
        asking = replace(person(*standing), session_id=session.session_id)
        operator = await self.operators.is_operator(asking.user_id)
        return SignedIn(
            person=asking,
            access_token=self.tokens.issue(asking, self.wall.now(), operator=operator),
            refresh=SecretStr(f"{session.session_id}.{secret}"),
        )

    async def _standing(self, user_id: UUID, workspace_id: UUID) -> tuple[Workspace, Member]:
        workspace = await self.workspaces.get(workspace_id)
        member = workspace.member(user_id) if workspace else None
        if workspace is None or member is None:
            raise NotSignedIn("You are no longer a member of this workspace.")
        return workspace, member
