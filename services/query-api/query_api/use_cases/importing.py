"""Importing a file of TikTok Studio: shown first, then confirmed, and undone as a whole whenever wished."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from common.events import AccountV1
from common.relay import Turn
from common.runtime.clock import Clock
from query_api.domain.access import Principal, readable
from query_api.domain.errors import BadInput, Conflict, NotFound
from query_api.domain.studio_import.files import StudioFile
from query_api.domain.studio_import.importing import (
    KEPT_UNCONFIRMED,
    MOST_PROBLEMS,
    MOST_UNCONFIRMED,
    State,
    StudioImport,
    figures_of,
    observed,
)
from query_api.domain.studio_import.reading import Reading, read_file, with_known_posts
from query_api.ports import Accounts
from query_api.ports.imports import ImportPorts, MomentTaken
from query_api.ports.sample import Events

# Longer than the largest file takes to be told; what is killed meanwhile is told after it.
_LEASE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """`newest_year`: that of the file's newest date, where dates have none and the latest possible is wrong."""

    account_id: UUID
    content: bytes
    file_name: str | None = None
    newest_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    ports: ImportPorts
    accounts: Accounts
    clock: Clock
    wall: Clock

    async def preview(self, caller: Principal, upload: Upload) -> StudioImport:
        """Keep what the file would write; nothing is written yet. Raises `BadInput`, `Conflict`."""
        account = await self._account(caller, upload.account_id)
        if await self.ports.imports.unconfirmed(caller.workspace_id) >= MOST_UNCONFIRMED:
            raise Conflict(f"{MOST_UNCONFIRMED} uploads wait to be confirmed; confirm or undo some first")
        today = self.clock.now().date()
        # Beside the loop: a large file takes a while.
        reading = await asyncio.to_thread(read_file, upload.content, today=today, newest_year=upload.newest_year)
        made = await self._made(caller, account, upload, await self._checked(account, reading))
        while True:
            try:
                await self.ports.imports.add(made)
            except MomentTaken:
                made = made.a_moment_later()
            else:
                return made

    async def confirm(self, caller: Principal, import_id: UUID) -> StudioImport:
        """Let it be published. Confirmed again it stays as it is; raises `Conflict` for one that was undone."""
        found = await self.one(caller, import_id)
        if found.state in (State.PUBLISHING, State.PUBLISHED):
            return found
        if found.state is not State.PREVIEWED:
            raise Conflict(f"the import is {found.state}; upload the file again")
        if not found.figures:
            raise Conflict("no row of the file can be written; correct it, and upload it again")
        return await self._replaced(found.confirmed(self.clock.now()))

    async def undo(self, caller: Principal, import_id: UUID) -> StudioImport:
        """Let all of it count no more. Undone again it stays as it is."""
        found = await self.one(caller, import_id)
        if found.state in (State.UNDOING, State.UNDONE):
            return found
        return await self._replaced(found.retracted(self.clock.now()))

    async def one(self, caller: Principal, import_id: UUID) -> StudioImport:
        found = await self.ports.imports.get(caller.workspace_id, import_id)
        if found is None or found.account_id not in await self._readable(caller):
            raise NotFound("import")
        return found

    async def all(self, caller: Principal) -> Sequence[StudioImport]:
        """The newest first, without their figures and problems."""
        return await self.ports.imports.of_accounts(caller.workspace_id, await self._readable(caller))

    async def _made(self, caller: Principal, account: AccountV1, upload: Upload, reading: Reading) -> StudioImport:
        figures = figures_of(reading, await self._from_api(account, reading))
        return StudioImport(
            import_id=self.ports.new_id(),
            workspace_id=account.workspace_id,
            account_id=account.account_id,
            channel=account.channel,
            file=reading.header.file,
            file_name=upload.file_name,
            years=reading.years,
            total_rows=reading.total,
            bad_rows=len({one.row for one in reading.problems}),
            empty_rows=sum(not row.values for row in reading.rows),
            ignored_columns=reading.header.ignored,
            figures=tuple(figures),
            problems=reading.problems[:MOST_PROBLEMS],
            created_by=caller.subject,
            created_at=self.wall.now(),
            observed_at=observed(reading, self.clock.now()),
        )

    async def _checked(self, account: AccountV1, reading: Reading) -> Reading:
        """A file of posts, with its posts held against those of the account."""
        posts = [row.post_id for row in reading.rows if row.post_id]
        if not posts:
            return reading
        since = await self.ports.facts.posts_since(account.workspace_id, account.account_id, posts)
        return with_known_posts(reading, since)

    async def _from_api(self, account: AccountV1, reading: Reading) -> dict[date, frozenset[str]]:
        days = [row.day for row in reading.rows]
        if reading.header.file is StudioFile.CONTENT or not days:
            return {}
        return dict(await self.ports.facts.days_of_api(account.workspace_id, account.account_id, min(days), max(days)))

    async def _account(self, caller: Principal, account_id: UUID) -> AccountV1:
        mine = readable(caller, await self.accounts.of_workspace(caller.workspace_id))
        found = next((one for one in mine if one.account_id == account_id), None)
        if found is None or await self.ports.erased.among(caller.workspace_id, [account_id]):
            raise BadInput("account_id", f"'{account_id}' is no account you may read", "see /v1/accounts")
        return found

    async def _readable(self, caller: Principal) -> frozenset[UUID]:
        mine = readable(caller, await self.accounts.of_workspace(caller.workspace_id))
        return frozenset(one.account_id for one in mine)

    async def _replaced(self, later: StudioImport) -> StudioImport:
        if not await self.ports.imports.replace(later):
            raise Conflict("somebody confirmed or undid the import at the same moment; look again")
        return later


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingImports:
    """What confirmed and undone imports tell, by one replica at a time. Told twice, as after a kill, it is the same."""

    ports: ImportPorts
    events: Events
    wall: Clock
    turn: Turn

    async def go_on(self) -> None:
        """Tell what is to be told."""
        now = self.wall.now()
        if not await self.ports.imports.to_be_told() or not await self.turn.take(at=now, until=now + _LEASE):
            return
        # Looked at again: whoever had the turn before may have told it.
        for one in await self.ports.imports.to_be_told():
            await self._tell(one)
        await self.turn.give(self.wall.now())

    async def sweep(self) -> None:
        """Let go of uploads that nobody confirmed."""
        await self.ports.imports.remove_unconfirmed(self.wall.now() - KEPT_UNCONFIRMED)

    async def _tell(self, one: StudioImport) -> None:
        if await self.ports.erased.among(one.workspace_id, [one.account_id]):
            # Its erasure removes it; what was under way is dropped by who reads it.
            return
        try:
            events = list(one.events)
        except ValueError:
            # Of an earlier release; it must hold up no other.
            await self.ports.imports.replace(one.failed())
            return
        await self.events.publish(events)
        await self.ports.imports.replace(one.published() if one.state is State.PUBLISHING else one.undone())
