"""Tokens lent from memory: without the database, and never one that is refused, given up, lost or too old."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr

from auth_service import bootstrap
from auth_service.adapters.token_cipher import TokenCipher, read_key_ring
from auth_service.domain.errors import AuthorizationLost, NotFound, StoreUnavailable, TikTokUnavailable
from auth_service.domain.grant import Grant, Tokens
from auth_service.domain.identity import Person
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.lent_grants import LIFE, LentGrants
from auth_service.use_cases.letting_go import LettingGo
from common.documents import store
from common.runtime.clock import FileClock, jump_clock
from embedded.testing.recorder import Recorder, recorded

from .http_face import Script
from .test_lending_tokens import REFRESH, connect, secret


@pytest.fixture
async def recorder(mongo_url: str) -> AsyncIterator[Recorder]:
    async with recorded(mongo_url) as between:
        yield between


@pytest.fixture
async def watched(
    lending: LendingTokens, recorder: Recorder, database_name: str, key_ring_file: Path
) -> AsyncIterator[LendingTokens]:
    """As `lending`, with a memory of its own, over stores whose commands are recorded: another replica."""
    url = f"{recorder.url}&serverSelectionTimeoutMS=100"
    async with store.opened(url, database_name, failed=StoreUnavailable) as database:
        stores = bootstrap.stores(database, TokenCipher(read_key_ring(key_ring_file)), lambda: None)
        yield replace(lending, connections=stores.connections, grants=stores.grants, lent=stores.lent)


@pytest.fixture
async def account_id(connecting: Connecting, owner: Person) -> UUID:
    return await connect(connecting, owner)


async def test_a_token_lent_a_moment_ago_is_lent_again_when_the_database_is_gone(
    watched: LendingTokens, account_id: UUID, recorder: Recorder, wall_file: Path
) -> None:
    grant = await watched.token(account_id, None)
    asked = len(recorder.commands)
    assert [await watched.token(account_id, None) for _ in range(3)] == [grant] * 3
    assert len(recorder.commands) == asked
    recorder.close()
    assert await watched.token(account_id, None) == grant
    jump_clock(wall_file, LIFE)
    with pytest.raises(StoreUnavailable):
        await watched.token(account_id, None)


async def test_many_who_ask_at_once_cause_one_reading(
    watched: LendingTokens, account_id: UUID, recorder: Recorder
) -> None:
    await watched.grants.get("7123", "open-1")
    recorder.commands.clear()
    assert len(set(map(secret, await asyncio.gather(*(watched.token(account_id, None) for _ in range(50)))))) == 1
    assert [command["find"] for command in recorder.commands if "find" in command] == ["connections", "grants"]


async def test_what_another_replica_changed_is_heeded_within_the_life_of_an_entry(
    watched: LendingTokens, letting_go: LettingGo, owner: Person, account_id: UUID, wall_file: Path
) -> None:
    await watched.token(account_id, None)
    await letting_go.disconnect(owner, account_id)
    jump_clock(wall_file, LIFE)
    with pytest.raises(NotFound):
        await watched.token(account_id, None)


async def test_a_disconnected_account_gets_no_token_from_memory(
    lending: LendingTokens, letting_go: LettingGo, owner: Person, account_id: UUID
) -> None:
    await lending.token(account_id, None)
    await letting_go.disconnect(owner, account_id)
    with pytest.raises(NotFound):
        await lending.token(account_id, None)


async def test_an_account_that_is_being_erased_gets_no_token_from_memory(
    lending: LendingTokens, erasing: Erasing, owner: Person, account_id: UUID
) -> None:
    await lending.token(account_id, None)
    await erasing.request_account(owner, account_id, confirm="northlight")
    await erasing.go_on()
    with pytest.raises(NotFound):
        await lending.token(account_id, None)


async def test_a_lost_authorisation_is_lost_for_every_account_of_the_grant(
    lending: LendingTokens, connecting: Connecting, stranger: Person, account_id: UUID, script: Script
) -> None:
    theirs = await connect(connecting, stranger)
    version = (await lending.token(account_id, None)).token_version
    await lending.token(theirs, None)
    script[REFRESH] = [httpx.Response(200, json={"code": 40105})]
    for account, refused in ((account_id, version), (theirs, None), (account_id, None)):
        with pytest.raises(AuthorizationLost):
            await lending.token(account, refused)


async def test_a_refused_token_is_lent_to_no_account_of_the_grant_once_there_is_another(
    lending: LendingTokens, connecting: Connecting, stranger: Person, account_id: UUID
) -> None:
    theirs = await connect(connecting, stranger)
    refused = (await lending.token(account_id, None)).token_version
    await lending.token(theirs, None)
    await lending.token(account_id, refused)
    assert [(await lending.token(one, None)).token_version for one in (account_id, theirs)] == [refused + 1] * 2


async def test_a_refused_token_that_cannot_be_refreshed_is_not_kept_again(
    watched: LendingTokens, account_id: UUID, script: Script, recorder: Recorder
) -> None:
    grant = await watched.token(account_id, None)
    script[REFRESH] = [httpx.Response(502)]
    with pytest.raises(TikTokUnavailable):
        await watched.token(account_id, grant.token_version)
    for _ in range(2):
        recorder.commands.clear()
        assert await watched.token(account_id, None) == grant, "it is all there is"
        assert "find" in recorder.names


async def test_a_token_near_its_end_is_not_lent_from_memory(
    lending: LendingTokens, account_id: UUID, domain_file: Path
) -> None:
    grant = await lending.token(account_id, None)
    jump_clock(domain_file, timedelta(hours=23, minutes=46))
    assert (await lending.token(account_id, None)).token_version == grant.token_version + 1


async def test_a_reading_that_was_overtaken_by_a_change_is_not_kept(wall: FileClock) -> None:
    lent, account_id, answered = LentGrants(), uuid4(), asyncio.Event()

    async def read() -> Grant:
        await answered.wait()
        return a_grant("open-1")

    waiting = asyncio.ensure_future(lent.read(account_id, read, wall))
    await asyncio.sleep(0)
    lent.forget(account_id)
    answered.set()
    assert await waiting == a_grant("open-1")
    assert lent.get(account_id, wall.now()) is None


async def test_who_hangs_up_does_not_end_the_reading_for_others(wall: FileClock) -> None:
    lent, account_id, answered = LentGrants(), uuid4(), asyncio.Event()

    async def read() -> Grant:
        await answered.wait()
        return a_grant("open-1")

    first, second = (asyncio.ensure_future(lent.read(account_id, read, wall)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    answered.set()
    assert await second == a_grant("open-1")


async def test_a_failed_reading_is_told_to_all_who_wait_and_to_nobody_after(wall: FileClock) -> None:
    lent, account_id, outcomes = LentGrants(), uuid4(), [None, a_grant("open-1")]

    async def read() -> Grant:
        await asyncio.sleep(0)
        if (outcome := outcomes.pop(0)) is None:
            raise StoreUnavailable("The database did not answer.")
        return outcome

    failed = await asyncio.gather(*(lent.read(account_id, read, wall) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in failed] == [StoreUnavailable] * 2
    assert await lent.read(account_id, read, wall) == a_grant("open-1")


async def test_no_more_is_kept_than_may_be_and_the_oldest_goes_first(wall: FileClock) -> None:
    lent = LentGrants(most=2)
    accounts = await kept(lent, wall, "open-1", "open-2", "open-3")
    assert [lent.get(one, wall.now()) is not None for one in accounts] == [False, True, True]


async def test_a_clock_that_was_set_back_makes_nothing_live_longer(wall: FileClock) -> None:
    lent = LentGrants()
    (account_id,) = await kept(lent, wall, "open-1")
    assert lent.get(account_id, wall.now()) is not None
    assert lent.get(account_id, wall.now() - timedelta(minutes=1)) is None


async def kept(lent: LentGrants, wall: FileClock, *open_ids: str) -> Sequence[UUID]:
    accounts = {uuid4(): open_id for open_id in open_ids}

    async def read(open_id: str) -> Grant:
        return a_grant(open_id)

    for account_id, open_id in accounts.items():
        await lent.read(account_id, partial(read, open_id), wall)
    return list(accounts)


def a_grant(open_id: str) -> Grant:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    tokens = Tokens(
        access_token=SecretStr("act"),
        refresh_token=SecretStr("rft"),
        access_expires_at=at + timedelta(days=1),
        refresh_expires_at=at + timedelta(days=365),
        scopes=("video.list",),
    )
    return Grant(app_id="7123", open_id=open_id, tokens=tokens, token_version=1, granted_at=at)
