"""Taking a session over to another workspace of the same person: a token is for one workspace."""

from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import SecretStr

from auth_service.domain.audit import AuditAction, named
from auth_service.domain.errors import NotFound, NotSignedIn
from auth_service.domain.identity import Person, person
from auth_service.domain.session import Session
from auth_service.ports import AccessTokens, Sessions, Workspaces
from auth_service.use_cases.changing import Changing
from auth_service.use_cases.operating import Operators
from auth_service.use_cases.signing_in import SignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Switching:
    workspaces: Workspaces
    sessions: Sessions
    tokens: AccessTokens
    operators: Operators
    changing: Changing

    async def switch(self, asking: Person, cookie: str | None, workspace_id: UUID) -> SignedIn:
        """The session in the other workspace, with a new cookie; the move and the new secret are one write."""
        standing = await self._standing(asking.user_id, workspace_id)
        operator = await self.operators.is_operator(asking.user_id)
        there = replace(standing, session_id=asking.session_id, operator=operator)
        while True:
            session = await self._session(asking, cookie)
            secret = self.changing.secrets.new_secret()
            rotated = session.rotated(secret, self.changing.wall.now())
            moved = rotated.model_copy(update={"workspace_id": workspace_id})
            if await self.sessions.rotate(moved, from_sha256=session.secret_sha256):
                await self._tell(there, session)
                return self._signed_in(there, moved, secret)

    async def _standing(self, user_id: UUID, workspace_id: UUID) -> Person:
        workspace = await self.workspaces.get(workspace_id)
        member = workspace.member(user_id) if workspace else None
        if workspace is None or member is None:
            raise NotFound("You are in no such workspace.")
        return person(workspace, member)

    async def _session(self, asking: Person, cookie: str | None) -> Session:
        session_id, _, secret = (cookie or "").partition(".")
        try:
            session = await self.sessions.get(UUID(session_id))
        except ValueError:
            session = None
        # The token and the cookie come from two places; only together they are one session.
        mine = session is not None and session.user_id == asking.user_id
        if session is None or not mine or not session.accepts(secret, self.changing.wall.now()):
            raise NotSignedIn("The session has ended; sign in again.")
        return session

    async def _tell(self, there: Person, session: Session) -> None:
        subject = named("session", session.session_id)
        await self.changing.auditing.record(self.changing.entry(AuditAction.SESSION_SWITCHED, there, subject=subject))

    def _signed_in(self, there: Person, session: Session, secret: str) -> SignedIn:
        return SignedIn(
            person=there,
            access_token=self.tokens.issue(there, self.changing.wall.now(), operator=there.operator),
            refresh=SecretStr(f"{session.session_id}.{secret}"),
        )
