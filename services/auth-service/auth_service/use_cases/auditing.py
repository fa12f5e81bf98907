"""Keeping the audit log, reading it, and seeing whether it is whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from auth_service.domain.audit import AuditAction, AuditEntry, Chained, named, new_entry
from auth_service.domain.errors import StoreUnavailable
from auth_service.domain.identity import Person
from auth_service.ports import AuditBox, AuditLog, AuditSearch, Secrets
from common.runtime.clock import Clock
from common.runtime.logs import logger

_ENTRIES_A_READ = 500

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """`broken_at` is the number of the first entry that does not follow the one before; None when all do."""

    entries: int
    digest: str | None
    broken_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditing:
    log: AuditLog
    boxes: Sequence[AuditBox]

    async def record(self, entry: AuditEntry) -> None:
        """For what changes no document of its own, such as a sign-in."""
        await self.log.append(entry)

    async def carry(self) -> None:
        """Move the entries that wait inside changed documents to the log. Done twice it changes nothing."""
        for box in self.boxes:
            for entry in await box.waiting():
                await self.log.append(entry)
                await box.carried(entry)

    async def carry_now(self) -> None:
        """So that the change is in the log when its request is answered; what fails here the sweep does."""
        try:
            await self.carry()
        except StoreUnavailable as error:
            _log.warning("audit entries wait", reason=str(error))

    async def page(self, search: AuditSearch) -> Sequence[Chained]:
        return await self.log.page(search)

    async def integrity(self, workspace_id: UUID) -> Integrity:
        """Read the whole chain and follow it."""
        before: Chained | None = None
        while batch := await self.log.after(workspace_id, before.number if before else 0, limit=_ENTRIES_A_READ):
            for one in batch:
                if not one.follows(before):
                    return _integrity(before, broken_at=before.number + 1 if before else 1)
                before = one
        return _integrity(before, broken_at=None)


def _integrity(last: Chained | None, *, broken_at: int | None) -> Integrity:
    return Integrity(entries=last.number if last else 0, digest=last.digest if last else None, broken_at=broken_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Tells the log what a person did that changed no document with a place for its entry."""

    auditing: Auditing
    secrets: Secrets
    wall: Clock

    async def saw(self, action: AuditAction, by: Person, *, subject: str | None = None) -> None:
        await self.saw_user(action, user_id=by.user_id, workspace_id=by.workspace_id, subject=subject)

    async def saw_user(
        self, action: AuditAction, *, user_id: UUID, workspace_id: UUID, subject: str | None = None
    ) -> None:
        entry_id, actor = self.secrets.new_id(), named("user", user_id)
        entry = new_entry(entry_id, workspace_id, action, at=self.wall.now(), actor=actor, subject=subject)
        # What happened before stands before it.
        await self.auditing.carry_now()
        await self.auditing.record(entry)
