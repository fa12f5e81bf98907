"""Workspaces of a person: those they are in, another one, its name, time zone and first day of the week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from auth_service.domain.audit import AuditAction, named
from auth_service.domain.errors import NotSignedIn, TooMany
from auth_service.domain.identity import Member, Person, Workspace, good_name, known_timezone, workspace_event
from auth_service.domain.permissions import Action
from auth_service.ports import Workspaces
from auth_service.use_cases.changing import Change, Changing
from common.events import Role, WeekStart

MOST_WORKSPACES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceWish:
    """What is to be changed; None stays as it is."""

    name: str | None = None
    timezone: str | None = None
    week_start: WeekStart | None = None

    def changes(self) -> Mapping[str, str]:
        """The values as they are kept."""
        given = {
            "name": None if self.name is None else good_name(self.name),
            "timezone": None if self.timezone is None else known_timezone(self.timezone),
            "week_start": self.week_start,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingWorkspaces:
    workspaces: Workspaces
    changing: Changing

    async def mine(self, person: Person) -> Sequence[Workspace]:
        return await self.workspaces.all_of_member(person.user_id)

    async def current(self, person: Person) -> Workspace:
        return await self._get(person.workspace_id)

    async def create(self, person: Person, *, name: str, timezone: str, week_start: WeekStart) -> Workspace:
        """Another workspace, owned by whoever asks."""
        name, timezone = good_name(name), known_timezone(timezone)
        if len(await self.mine(person)) >= MOST_WORKSPACES:
            raise TooMany(f"One person is in {MOST_WORKSPACES} workspaces at most.")
        at, workspace_id = self.changing.wall.now(), self.changing.secrets.new_id()
        workspace = Workspace(
            workspace_id=workspace_id,
            name=name,
            timezone=timezone,
            week_start=week_start,
            members=(Member(user_id=person.user_id, role=Role.OWNER, joined_at=at),),
            revision=1,
            created_at=at,
        )
        entry = self.changing.entry(
            AuditAction.WORKSPACE_CREATED, person, workspace_id=workspace_id, details={"name": name}
        )
        await self.workspaces.add(workspace, workspace_event(workspace, at), audit=(entry,))
        await self.changing.auditing.carry_now()
        return workspace

    async def change(self, person: Person, wish: WorkspaceWish) -> Workspace:
        changes = wish.changes()

        def step(workspace: Workspace, actor: Person) -> Workspace:
            actor.require(Action.CHANGE_WORKSPACE)
            return workspace.changed(changes)

        subject = named("workspace", person.workspace_id)
        changed = Change(
            action=AuditAction.WORKSPACE_CHANGED, step=step, subject=subject, details=lambda _, __: dict(changes)
        )
        return await self.changing.change(person, changed) if changes else await self.current(person)

    async def _get(self, workspace_id: UUID) -> Workspace:
        workspace = await self.workspaces.get(workspace_id)
        if workspace is None:
            raise NotSignedIn("You are no longer a member of this workspace.")
        return workspace
