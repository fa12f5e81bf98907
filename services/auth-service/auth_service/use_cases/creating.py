"""Creating a workspace with its first owner and API key; running it again completes it and changes nothing."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

from auth_service.domain.api_key import FIRST_KEY, key_event, new_key, written
from auth_service.domain.audit import AuditAction, AuditEntry, named, new_entry
from auth_service.domain.errors import InvalidInput
from auth_service.domain.identity import Member, User, Workspace, known_timezone, normal_email, workspace_event
from auth_service.domain.password import require_good
from auth_service.ports import ApiKeys, PasswordHasher, Secrets, Users, Workspaces
from common.events import Role
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """`api_key` is shown once: None when the workspace had one already."""

    workspace_id: UUID
    user_id: UUID
    api_key: SecretStr | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Creating:
    users: Users
    workspaces: Workspaces
    keys: ApiKeys
    passwords: PasswordHasher
    secrets: Secrets
    wall: Clock

    async def create(self, *, name: str, email: str, password: SecretStr, timezone: str) -> Created:
        """The workspace of the person with `email`, made if there is none."""
        require_good(password)
        if not name.strip():
            raise InvalidInput("The workspace needs a name.")
        zone = known_timezone(timezone)
        user = await self.user(normal_email(email), password)
        workspace = await self._workspace(name.strip(), zone, user)
        api_key = await self._first_key(workspace)
        return Created(workspace_id=workspace.workspace_id, user_id=user.user_id, api_key=api_key)

    async def user(self, email: str, password: SecretStr) -> User:
        """The person with `email`; somebody new gets `password`."""
        require_good(password)
        known = await self.users.by_email(email)
        if known:
            return known
        user = User(
            user_id=self.secrets.new_id(),
            email=email,
            password_hash=await self.passwords.hash(password),
            created_at=self.wall.now(),
        )
        return user if await self.users.add(user) else await self.user(email, password)

    async def _workspace(self, name: str, timezone: str, owner: User) -> Workspace:
        known = await self.workspaces.of_member(owner.user_id)
        if known:
            return known
        workspace = Workspace(
            workspace_id=self.secrets.new_id(),
            name=name,
            timezone=timezone,
            members=(Member(user_id=owner.user_id, role=Role.OWNER),),
            revision=1,
            created_at=self.wall.now(),
        )
        event = workspace_event(workspace, workspace.created_at)
        told = self._told(workspace, AuditAction.WORKSPACE_CREATED, named("workspace", workspace.workspace_id), name)
        await self.workspaces.add(workspace, event, audit=(told,))
        return workspace

    async def _first_key(self, workspace: Workspace) -> SecretStr | None:
        if await self.keys.any_of(workspace.workspace_id):
            return None
        key_id, secret = self.secrets.new_key_id(), self.secrets.new_secret()
        key = new_key(FIRST_KEY, key_id=key_id, secret=secret, workspace_id=workspace.workspace_id, at=self.wall.now())
        told = self._told(workspace, AuditAction.KEY_CREATED, named("key", key_id), key.name)
        await self.keys.add(key, key_event(key, key.created_at), audit=(told,))
        return SecretStr(written(key_id, secret))

    def _told(self, workspace: Workspace, action: AuditAction, subject: str, name: str) -> AuditEntry:
        """What the deployment's own command does; the serving process carries it to the log."""
        entry_id, at = self.secrets.new_id(), self.wall.now()
        return new_entry(entry_id, workspace.workspace_id, action, at=at, subject=subject, details={"name": name})
