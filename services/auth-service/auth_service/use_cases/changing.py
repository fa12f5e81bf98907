"""One change of a workspace: decided on the revision it is written over, with its event and its audit entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from auth_service.domain.audit import AuditAction, AuditEntry, named, new_entry
from auth_service.domain.errors import NotSignedIn
from auth_service.domain.identity import Person, Workspace, person, workspace_event
from auth_service.ports import Secrets, Workspaces
from auth_service.use_cases.auditing import Auditing
from common.runtime.clock import Clock


def _nothing(_: Workspace, __: Workspace) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`step` makes the next revision for whoever asks, as they stand in this one, or refuses."""

    action: AuditAction
    step: Callable[[Workspace, Person], Workspace]
    subject: str | None = None
    details: Callable[[Workspace, Workspace], Mapping[str, str]] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    workspaces: Workspaces
    auditing: Auditing
    secrets: Secrets
    wall: Clock

    async def change(self, asking: Person, change: Change) -> Workspace:
        """Until nobody else was quicker: two owners who leave at once are decided one after the other."""
        while True:
            now, actor = await self._standing(asking)
            later = change.step(now, actor)
            entry = self._entry(asking, change, change.details(now, later))
            if await self.write(later, entry):
                return later

    async def write(self, later: Workspace, entry: AuditEntry) -> bool:
        """False when another change of the workspace was first."""
        event = workspace_event(later, self.wall.now())
        if not await self.workspaces.replace(later, event, audit=(entry,)):
            return False
        await self.auditing.carry_now()
        return True

    async def _standing(self, asking: Person) -> tuple[Workspace, Person]:
        workspace = await self.workspaces.get(asking.workspace_id)
        member = workspace.member(asking.user_id) if workspace else None
        if workspace is None or member is None:
            raise NotSignedIn("You are no longer a member of this workspace.")
        return workspace, person(workspace, member)

    def _entry(self, asking: Person, change: Change, details: Mapping[str, str]) -> AuditEntry:
        return self.entry(change.action, asking, subject=change.subject, details=details)

    def entry(
        self,
        action: AuditAction,
        asking: Person,
        *,
        workspace_id: UUID | None = None,
        subject: str | None = None,
        details: Mapping[str, str] | None = None,
    ) -> AuditEntry:
        """What `asking` does, in their workspace or in `workspace_id`."""
        return new_entry(
            self.secrets.new_id(),
            workspace_id or asking.workspace_id,
            action,
            at=self.wall.now(),
            actor=named("user", asking.user_id),
            subject=subject,
            details=details,
        )
