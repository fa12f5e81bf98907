"""The accounts of a workspace, read once until one of them changes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from common.events import AccountChange, AccountStatus, AccountV1
from query_api.adapters.kept_accounts import MOST_WORKSPACES, KeptAccounts

WORKSPACE = uuid4()


@dataclass
class Stored:
    """A store that reads when it is let go."""

    accounts: list[AccountV1] = field(default_factory=list)
    read: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self, account: AccountV1) -> None:
        self.accounts.append(account)

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        self.accounts.clear()
        return True

    async def of_workspace(self, workspace_id: UUID) -> Sequence[AccountV1]:
        self.read += 1
        found = tuple(self.accounts)
        await self.let_go.wait()
        return found


@pytest.fixture
def stored() -> Stored:
    made = Stored()
    made.let_go.set()
    return made


def account() -> AccountV1:
    return AccountV1(
        workspace_id=WORKSPACE,
        account_id=uuid4(),
        change=AccountChange.CONNECTED,
        status=AccountStatus.CONNECTED,
        open_id="open",
        changed_at=datetime(2026, 3, 1, tzinfo=UTC),
        revision=1,
    )


async def test_they_are_read_once_until_one_changes(stored: Stored) -> None:
    kept = KeptAccounts(stored)
    assert await kept.of_workspace(WORKSPACE) == await kept.of_workspace(WORKSPACE) == ()
    assert stored.read == 1
    of_another = account().model_copy(update={"workspace_id": uuid4()})
    await kept.keep(of_another)
    assert await kept.of_workspace(WORKSPACE) == ()
    await kept.keep(account())
    assert await kept.of_workspace(WORKSPACE) == tuple(stored.accounts)
    await kept.erase(WORKSPACE, uuid4())
    assert await kept.of_workspace(WORKSPACE) == ()


async def test_what_changes_while_it_is_read_is_not_kept_as_it_was(stored: Stored) -> None:
    kept = KeptAccounts(stored)
    stored.let_go.clear()
    reading = asyncio.ensure_future(kept.of_workspace(WORKSPACE))
    await asyncio.sleep(0)
    await kept.keep(account())
    stored.let_go.set()
    assert await reading == ()
    assert await kept.of_workspace(WORKSPACE) == tuple(stored.accounts)


async def test_not_every_workspace_is_kept_for_ever(stored: Stored) -> None:
    kept = KeptAccounts(stored)
    for workspace in [WORKSPACE, *(uuid4() for _ in range(MOST_WORKSPACES))]:
        await kept.of_workspace(workspace)
    read = stored.read
    await kept.of_workspace(WORKSPACE)
    assert stored.read == read + 1
