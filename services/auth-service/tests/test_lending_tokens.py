"""Lending tokens: one refresh for many callers, what is lost and what is only late."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from auth_service.adapters.tiktok import TikTokClient
from auth_service.bootstrap import Stores
from auth_service.domain.connection import Connection
from auth_service.domain.errors import AuthError, AuthorizationLost, NotFound, TikTokRefused, TikTokUnavailable
from auth_service.domain.grant import Grant, Issued
from auth_service.domain.identity import Person
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.lent_grants import LentGrants
from auth_service.use_cases.refreshing import LEASE_LIFE
from common.events import AccountV1
from common.runtime.clock import FileClock, jump_clock

Script = dict[str, list[httpx.Response | Exception]]
REFRESH = "tt_user/oauth2/refresh_token/"


async def connect(connecting: Connecting, person: Person) -> UUID:
    state = parse_qs(urlsplit(await connecting.start(person, "tiktok", browser="b")).query)["state"][0]
    pending_id = (await connecting.consented(state=state, code="code-1", error="", browser="b")).pending_id
    return (await connecting.confirm(person, pending_id)).account_id


@pytest.fixture
async def account_id(connecting: Connecting, owner: Person) -> UUID:
    return await connect(connecting, owner)


def refreshes(asked: list[httpx.Request]) -> int:
    return len([one for one in asked if one.url.path.endswith(REFRESH)])


async def connection(stores: Stores, account_id: UUID) -> Connection:
    found = await stores.connections.get(account_id)
    assert found is not None
    return found


def secret(grant: Grant) -> str:
    return grant.tokens.access_token.get_secret_value()


async def test_a_good_token_is_lent_without_asking_tiktok(
    lending: LendingTokens, account_id: UUID, asked: list[httpx.Request]
) -> None:
    first, second = await lending.token(account_id, None), await lending.token(account_id, None)
    assert first == second
    assert refreshes(asked) == 0


async def test_many_callers_of_two_replicas_cause_one_refresh(
    lending: LendingTokens, account_id: UUID, asked: list[httpx.Request], domain_file: Path
) -> None:
    before = await lending.token(account_id, None)
    jump_clock(domain_file, timedelta(hours=25))
    replica = replace(lending, lent=LentGrants())
    grants = await asyncio.gather(*(one.token(account_id, None) for one in (lending, replica) for _ in range(10)))
    assert refreshes(asked) == 1
    assert {(grant.token_version, secret(grant)) for grant in grants} == {(2, secret(grants[0]))}
    assert secret(before) != secret(grants[0])


async def test_a_token_tiktok_refused_is_refreshed_once_for_all_who_tell(
    lending: LendingTokens, account_id: UUID, asked: list[httpx.Request]
) -> None:
    grants = [await lending.token(account_id, 1) for _ in range(3)]
    assert [grant.token_version for grant in grants] == [2, 2, 2]
    assert refreshes(asked) == 1


@pytest.mark.parametrize("code", [40103, 40105, 40107])
async def test_a_refused_refresh_is_told_of_every_workspace_of_the_account(
    lending: LendingTokens,
    connecting: Connecting,
    stores: Stores,
    account_id: UUID,
    stranger: Person,
    script: Script,
    asked: list[httpx.Request],
    code: int,
) -> None:
    theirs = await connect(connecting, stranger)
    version = (await lending.token(account_id, None)).token_version
    script[REFRESH] = [httpx.Response(200, json={"code": code})]
    with pytest.raises(AuthorizationLost, match=str(account_id)):
        await lending.token(account_id, version)
    for lost in (account_id, theirs):
        found = await connection(stores, lost)
        assert (found.status, found.lost_reason) == ("lost_access", f"TikTok refused the refresh with code {code}")
        with pytest.raises(AuthorizationLost):
            await lending.token(lost, None)
    assert refreshes(asked) == 1
    told = [event for one in await stores.connections.outbox.unsent() for event in one.events]
    changes = [event.change for event in told if isinstance(event, AccountV1)]
    assert sorted(changes) == ["authorization-lost"] * 2 + ["connected"] * 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(500), TikTokUnavailable),
        (httpx.Response(200, json={"code": 50000}), TikTokUnavailable),
        (httpx.Response(200, json={"code": 40100}), TikTokUnavailable),
        (httpx.ReadTimeout("slow"), TikTokUnavailable),
        (httpx.Response(200, json={"code": 0, "data": {"access_token": ""}}), TikTokUnavailable),
        (httpx.Response(200, json={"code": 40101}), TikTokRefused),
    ],
    ids=["http-500", "fault", "throttled", "time-out", "empty-token", "our-secret-is-wrong"],
)
async def test_a_fault_changes_nothing_and_the_next_call_succeeds(
    lending: LendingTokens,
    stores: Stores,
    account_id: UUID,
    script: Script,
    answer: httpx.Response | Exception,
    error: type[AuthError],
) -> None:
    grant, before = await lending.token(account_id, None), await connection(stores, account_id)
    script[REFRESH] = [answer]
    with pytest.raises(error):
        await lending.token(account_id, 1)
    assert await stores.grants.get("7123", "open-1") == grant
    assert await connection(stores, account_id) == before
    assert (await lending.token(account_id, 1)).token_version == 2, "the lease was given back"


async def test_an_empty_refresh_token_does_not_replace_the_stored_one(
    lending: LendingTokens, account_id: UUID, script: Script
) -> None:
    before = await lending.token(account_id, None)
    data = {"access_token": "act.new", "refresh_token": "", "expires_in": 86400}
    script[REFRESH] = [httpx.Response(200, json={"code": 0, "data": data})]
    after = await lending.token(account_id, 1)
    assert secret(after) == "act.new"
    assert after.tokens.refresh_token == before.tokens.refresh_token
    assert after.tokens.refresh_expires_at == before.tokens.refresh_expires_at


async def test_the_lease_of_a_dead_replica_is_taken_over(
    lending: LendingTokens, stores: Stores, account_id: UUID, wall: FileClock, wall_file: Path
) -> None:
    now = wall.now()
    assert await stores.grants.lease(await lending.token(account_id, None), at=now, until=now + LEASE_LIFE)
    jump_clock(wall_file, LEASE_LIFE + timedelta(seconds=1))
    assert (await lending.token(account_id, 1)).token_version == 2


async def test_a_caller_waits_for_the_refresh_of_another_but_not_for_ever(
    lending: LendingTokens, stores: Stores, account_id: UUID, wall: FileClock, wall_file: Path
) -> None:
    now = wall.now()
    assert await stores.grants.lease(await lending.token(account_id, None), at=now, until=now + LEASE_LIFE)
    waiting = asyncio.ensure_future(lending.token(account_id, 1))
    done, _ = await asyncio.wait({waiting}, timeout=0.3)
    assert not done
    jump_clock(wall_file, timedelta(seconds=16))
    with pytest.raises(TikTokUnavailable, match="ask again"):
        await waiting


async def test_a_consent_given_during_a_refused_refresh_wins(
    lending: LendingTokens, stores: Stores, account_id: UUID, tiktok: TikTokClient, script: Script
) -> None:
    class Overtaken(TikTokClient):
        """TikTok refuses the old refresh token because the owner has just consented anew."""

        async def refresh(self, refresh_token: object) -> Issued:
            grant = await stores.grants.get("7123", "open-1")
            assert grant is not None
            newer = grant.consented(grant.tokens, grant.granted_at + timedelta(minutes=1))
            assert await stores.grants.replace(newer, from_version=grant.token_version)
            raise TikTokRefused("the refresh", 40107)

    overtaken = Overtaken.__new__(Overtaken)
    overtaken.__dict__.update(tiktok.__dict__)
    grant = await replace(lending, tiktok=overtaken).token(account_id, 1)
    assert grant.token_version == 2
    assert (await connection(stores, account_id)).status == "connected"


async def test_an_unknown_account_has_no_token(lending: LendingTokens) -> None:
    with pytest.raises(NotFound):
        await lending.token(uuid4(), None)
