"""What people ask of an account's collection: refresh, backfill, pause, resume. Told to the ingestor, never lost."""

from dataclasses import dataclass
from uuid import UUID

from auth_service.domain.errors import AuthorizationLost, NotConnected
from auth_service.domain.identity import Person
from auth_service.ports import Secrets
from auth_service.ports_connecting import CommandQueue
from auth_service.use_cases.connecting import Connecting
from common.events import AccountStatus, Action, CommandV1
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanding:
    connecting: Connecting
    queue: CommandQueue
    secrets: Secrets
    domain: Clock

    async def command(self, person: Person, account_id: UUID, action: Action) -> CommandV1:
        """Kept with its event before this returns; the relay tells it in the order of commands."""
        person.require_connecting()
        connection = await self.connecting.one(person, account_id)
        if connection.status is AccountStatus.LOST_ACCESS:
            raise AuthorizationLost("TikTok no longer lets us read this account; its owner must connect it again.")
        if connection.status is not AccountStatus.CONNECTED:
            raise NotConnected("This account is not connected; connect it first.")
        command = CommandV1(
            workspace_id=connection.workspace_id,
            account_id=account_id,
            command_id=self.secrets.new_id(),
            action=action,
            requested_by=str(person.user_id),
            requested_at=self.domain.now(),
        )
        await self.queue.put(command)
        return command
