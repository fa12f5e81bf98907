"""Disconnecting: history stays, polling ends, and the last connection gives the consent back, in the end."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.connection import Duty
from auth_service.domain.errors import NotAllowed, NotFound
from auth_service.domain.identity import Person
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.letting_go import LettingGo
from common.events import AccountV1, Role
from common.runtime.clock import jump_clock

from .http_face import PUBLIC_URL, problem
from .test_lending_tokens import REFRESH, Script, connect, connection, refreshes

REVOKE = "tt_user/oauth2/revoke/"


@pytest.fixture
async def account_id(connecting: Connecting, owner: Person) -> UUID:
    return await connect(connecting, owner)


def revocations(asked: list[httpx.Request]) -> int:
    return len([one for one in asked if one.url.path.endswith(REVOKE)])


async def gone(stores: Stores) -> bool:
    return await stores.grants.get("7123", "open-1") is None


async def test_a_disconnected_account_keeps_its_id_and_lends_no_token(
    letting_go: LettingGo, lending: LendingTokens, stores: Stores, owner: Person, account_id: UUID
) -> None:
    await letting_go.disconnect(owner, account_id)
    await letting_go.disconnect(owner, account_id)
    kept = await connection(stores, account_id)
    assert (kept.status, kept.profile.username, kept.open_id) == ("disconnected", "northlight", "open-1")
    told = [event for one in await stores.connections.outbox.unsent() for event in one.events]
    assert [event.change for event in told if isinstance(event, AccountV1)] == ["connected", "disconnected"]
    with pytest.raises(NotFound):
        await lending.token(account_id, None)


async def test_the_last_connection_revokes_once_and_the_consent_is_forgotten(
    letting_go: LettingGo,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    stranger: Person,
    account_id: UUID,
    asked: list[httpx.Request],
) -> None:
    theirs = await connect(connecting, stranger)
    await letting_go.disconnect(owner, account_id)
    await letting_go.let_go()
    assert revocations(asked) == 0
    assert not await gone(stores), "another workspace still needs it"
    await letting_go.disconnect(stranger, theirs)
    await asyncio.gather(*(replace(letting_go).let_go() for _ in range(4)))
    await letting_go.let_go()
    assert revocations(asked) == 1
    assert await gone(stores)
    assert await stores.connections.with_duty(Duty.LET_GO) == []


async def test_it_is_tried_until_tiktok_takes_it(
    letting_go: LettingGo, stores: Stores, owner: Person, account_id: UUID, asked: list[httpx.Request], script: Script
) -> None:
    script[REVOKE] = [httpx.Response(500), httpx.ReadTimeout("slow"), httpx.Response(200, json={"code": 40101})]
    await letting_go.disconnect(owner, account_id)
    for tries in (1, 2, 3):
        await letting_go.let_go()
        assert (revocations(asked), await gone(stores)) == (tries, False)
    await letting_go.let_go()
    assert (revocations(asked), await gone(stores)) == (4, True)


async def test_a_crash_after_the_write_leaves_the_duty_and_one_after_tiktok_asks_again(
    letting_go: LettingGo,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    asked: list[httpx.Request],
    script: Script,
    wall_file: Path,
) -> None:
    class Killed(Exception):
        pass

    async def killed(*_: object, **__: object) -> bool:
        raise Killed

    await letting_go.disconnect(owner, account_id)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stores.grants, "end", killed)
        patched.setattr(stores.grants, "end_lease", killed)
        with pytest.raises(Killed):
            await letting_go.let_go()
    script[REVOKE] = [httpx.Response(200, json={"code": 40105})]
    jump_clock(wall_file, timedelta(minutes=1))
    await letting_go.let_go()
    assert (revocations(asked), await gone(stores)) == (2, True), "TikTok's no is as good as its yes"


async def test_an_expired_token_is_refreshed_and_kept_before_it_is_revoked(
    letting_go: LettingGo,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    asked: list[httpx.Request],
    script: Script,
    domain_file: Path,
) -> None:
    await letting_go.disconnect(owner, account_id)
    jump_clock(domain_file, timedelta(hours=25))
    script[REVOKE] = [httpx.Response(500)]
    await letting_go.let_go()
    await letting_go.let_go()
    assert (refreshes(asked), revocations(asked), await gone(stores)) == (1, 2, True)


async def test_a_consent_that_ended_at_tiktok_is_let_go_without_it(
    letting_go: LettingGo, stores: Stores, owner: Person, account_id: UUID, script: Script, domain_file: Path
) -> None:
    await letting_go.disconnect(owner, account_id)
    jump_clock(domain_file, timedelta(days=400))
    script[REFRESH] = [httpx.Response(200, json={"code": 40103})]
    await letting_go.let_go()
    assert await gone(stores)
    assert (await connection(stores, account_id)).status == "disconnected"


async def test_reconnecting_keeps_the_id_and_takes_the_duty_off(
    letting_go: LettingGo,
    connecting: Connecting,
    lending: LendingTokens,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    asked: list[httpx.Request],
    domain_file: Path,
) -> None:
    await letting_go.disconnect(owner, account_id)
    jump_clock(domain_file, timedelta(minutes=1))
    assert await connect(connecting, owner) == account_id
    await letting_go.let_go()
    assert revocations(asked) == 0
    assert (await lending.token(account_id, None)).token_version == 2
    assert (await connection(stores, account_id)).revision == 3


async def test_a_consent_that_waits_for_its_answer_is_not_revoked_under_it(
    letting_go: LettingGo, connecting: Connecting, owner: Person, account_id: UUID, asked: list[httpx.Request]
) -> None:
    await letting_go.disconnect(owner, account_id)
    state = httpx.URL(await connecting.start(owner, "tiktok", browser="b")).params["state"]
    pending = await connecting.consented(state=state, code="code-1", error="", browser="b")
    await letting_go.let_go()
    assert revocations(asked) == 0
    await connecting.decline(owner, pending.pending_id)
    await letting_go.let_go()
    assert revocations(asked) == 1, "the answer gave it back, and nothing was left"


async def test_only_who_may_connect_and_sees_it_may_disconnect(
    letting_go: LettingGo, stores: Stores, owner: Person, stranger: Person, account_id: UUID
) -> None:
    with pytest.raises(NotFound):
        await letting_go.disconnect(stranger, account_id)
    with pytest.raises(NotFound):
        await letting_go.disconnect(replace(owner, accounts=(uuid4(),)), account_id)
    with pytest.raises(NotAllowed):
        await letting_go.disconnect(replace(owner, role=Role.VIEWER), account_id)
    assert (await connection(stores, account_id)).status == "connected"


async def test_over_http(
    http: httpx.AsyncClient, bearer: dict[str, str], others: dict[str, str], account_id: UUID
) -> None:
    path = f"{PUBLIC_URL}/auth/v1/connections/{account_id}"
    assert problem(await http.delete(path)) == (401, "not-signed-in")
    assert problem(await http.delete(path, headers=others)) == (404, "not-found")
    assert (await http.delete(path, headers=bearer)).status_code == 204
    [shown] = (await http.get("/auth/v1/connections", headers=bearer)).json()["connections"]
    assert (shown["account_id"], shown["status"]) == (str(account_id), "disconnected")
