"""Ending sessions. Services that know tokens only are told first: a token outlives its session by minutes."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from auth_service.domain.identity import Workspace, workspace_event
from auth_service.domain.membership import without_sessions
from auth_service.ports import Workspaces
from auth_service.ports_sign_in import SessionBook
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingSessions:
    """Broken off between telling and ending, a session is left that can be ended once more."""

    sessions: SessionBook
    workspaces: Workspaces
    wall: Clock

    async def end(self, user_id: UUID, session_id: UUID) -> bool:
        """False when the user has no such session."""
        if session_id not in await self._of(user_id):
            return False
        await self._tell(user_id, {session_id})
        return await self.sessions.end(session_id, user_id)

    async def end_others(self, user_id: UUID, *, but: UUID | None) -> None:
        """Until there are none: one that began meanwhile ends, too."""
        while others := await self._of(user_id) - {but}:
            await self._tell(user_id, others)
            for session_id in others:
                await self.sessions.end(session_id, user_id)

    async def _of(self, user_id: UUID) -> set[UUID]:
        return {one.session_id for one in await self.sessions.of_user(user_id)}

    async def _tell(self, user_id: UUID, ended: Collection[UUID]) -> None:
        # In all: a session that was switched a moment ago may have a token of the workspace before.
        for workspace in await self.workspaces.all_of_member(user_id):
            await self._tell_of(workspace, user_id, ended)

    async def _tell_of(self, workspace: Workspace, user_id: UUID, ended: Collection[UUID]) -> None:
        present: Workspace | None = workspace
        # Who is no member any more is refused for that.
        while present and present.member(user_id):
            now = self.wall.now()
            later = without_sessions(present, user_id, ended, now)
            if await self.workspaces.replace(later, workspace_event(later, now), audit=()):
                return
            present = await self.workspaces.get(workspace.workspace_id)
