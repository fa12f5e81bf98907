"""A workspace whose erasure was asked for: nothing is connected to it, and what slips through is taken along."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.audit import AuditEntry
from auth_service.domain.connection import Connection
from auth_service.domain.erasure import Erasure
from auth_service.domain.errors import WorkspaceErased
from auth_service.domain.identity import Person
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.erasing import Erasing
from common.events import AccountV1

from .test_connecting import BROWSER, consented
from .test_erasing import again, asked_for, to_the_end
from .test_lending_tokens import connect, connection
from .test_letting_go import revocations


async def test_nothing_is_connected_to_a_workspace_that_is_being_erased(
    erasing: Erasing,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    stranger: Person,
    asked: list[httpx.Request],
    wall_file: Path,
) -> None:
    waiting = await consented(connecting, owner)
    erasure = await erasing.request_workspace(owner, confirm="Studio")
    with pytest.raises(WorkspaceErased):
        await connecting.start(owner, "tiktok", browser=BROWSER)
    with pytest.raises(WorkspaceErased):
        await connecting.confirm(owner, waiting)
    assert await asked_for(erasing, stores, erasure, wall_file)
    await erasing.go_on()
    assert (await again(stores, erasure)).done_at is None, "the consent that nobody kept is not back yet"
    await connecting.releasing.release_expired()
    assert revocations(asked) == 1
    await erasing.go_on()
    assert (await again(stores, erasure)).done_at is not None
    assert await connect(connecting, stranger)


@pytest.mark.parametrize("late", ["while it goes on", "after it was done"])
async def test_an_account_connected_after_the_counting_is_taken_along(
    erasing: Erasing,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    wall_file: Path,
    late: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its request had passed the question whether the workspace stands, and was slow."""
    pending_id, add, erasures = await consented(connecting, owner), stores.connections.add, list[Erasure]()

    async def slowly(connection: Connection, event: AccountV1, *, audit: Sequence[AuditEntry] = ()) -> bool:
        erasures.append(await erasing.request_workspace(owner, confirm="Studio"))
        await erasing.go_on()
        if late == "after it was done":
            await stores.pendings.remove(pending_id)
            await to_the_end(erasing, stores, erasures[0], wall_file)
        return await add(connection, event, audit=audit)

    with monkeypatch.context() as slow:
        slow.setattr(stores.connections, "add", slowly)
        account_id = (await connecting.confirm(owner, pending_id)).account_id
    await asyncio.gather(*(replace(erasing).take_along() for _ in range(3)))
    [taken] = [one for one in await erasing.all(owner) if not one.whole_workspace]
    assert taken.accounts == (account_id,)
    await to_the_end(erasing, stores, taken, wall_file)
    assert (await connection(stores, account_id)).status == "erased"
    assert await stores.grants.get("7123", "open-1") is None
    await erasing.take_along()
    assert len(await erasing.all(owner)) == 2
    assert all([(await again(stores, one)).done_at for one in await erasing.all(owner)])
