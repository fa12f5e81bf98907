"""Tokens are refreshed before their end, each at its own moment; people are told of what is lost and what will end."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from auth_service.adapters.randomness import SystemSecrets
from auth_service.adapters.tiktok import TikTokClient
from auth_service.bootstrap import Stores
from auth_service.domain.errors import AuthorizationLost, TikTokUnavailable
from auth_service.domain.grant import EARLIEST_REFRESH, LATEST_REFRESH, Grant
from auth_service.domain.identity import Member, Person, User, workspace_event
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.refreshing import Refreshing
from auth_service.use_cases.telling import Telling
from common.documents import store
from common.events import Role
from common.runtime.clock import FileClock, jump_clock

from .test_lending_tokens import REFRESH, Script, connect, connection, refreshes
from .test_stores import NOW, grant


@pytest.fixture
async def account_id(connecting: Connecting, owner: Person) -> UUID:
    return await connect(connecting, owner)


@pytest.fixture
def refreshing(stores: Stores, tiktok: TikTokClient, domain: FileClock, wall: FileClock) -> Refreshing:
    return Refreshing(connections=stores.connections, grants=stores.grants, tiktok=tiktok, domain=domain, wall=wall)


async def version(stores: Stores) -> int:
    found = await stores.grants.get("7123", "open-1")
    assert found is not None
    return found.token_version


def test_refreshes_are_spread_and_each_replica_names_the_same_moment() -> None:
    grants = [grant().model_copy(update={"open_id": f"open-{number}"}) for number in range(400)]
    before_end = [one.tokens.access_expires_at - one.refresh_from for one in grants]
    assert LATEST_REFRESH <= min(before_end) < max(before_end) <= EARLIEST_REFRESH
    by_hour = Counter(moment // timedelta(hours=1) for moment in before_end)
    assert len(by_hour) == 6
    assert max(by_hour.values()) < 2 * min(by_hour.values())
    assert [one.refresh_from for one in grants] == [one.model_copy().refresh_from for one in grants]


def test_a_token_that_lives_short_is_not_refreshed_the_moment_it_comes() -> None:
    short = grant().tokens.model_copy(update={"access_expires_at": NOW + timedelta(hours=1)})
    assert grant().model_copy(update={"tokens": short}).refresh_from == NOW + timedelta(minutes=30)


async def test_a_token_is_refreshed_before_its_end_and_not_long_before(
    refreshing: Refreshing, stores: Stores, account_id: UUID, asked: list[httpx.Request], domain_file: Path
) -> None:
    jump_clock(domain_file, timedelta(hours=24) - EARLIEST_REFRESH - timedelta(minutes=1))
    await refreshing.refresh_due()
    assert refreshes(asked) == 0
    jump_clock(domain_file, EARLIEST_REFRESH - LATEST_REFRESH + timedelta(minutes=2))
    await refreshing.refresh_due()
    await refreshing.refresh_due()
    assert (refreshes(asked), await version(stores)) == (1, 2)


async def test_one_whose_refresh_fails_does_not_keep_the_next_waiting(
    refreshing: Refreshing,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    script: Script,
    domain_file: Path,
) -> None:
    data = {"open_id": "open-2", "access_token": "act.2", "refresh_token": "rft.2", "scope": "video.list"}
    script["tt_user/oauth2/token/"] = [httpx.Response(200, json={"code": 0, "data": data})]
    await connect(connecting, owner)
    jump_clock(domain_file, timedelta(hours=25))
    script[REFRESH] = [httpx.Response(200, json={"code": 40101}), _refreshed_second()]
    await refreshing.refresh_due()
    second = await stores.grants.get("7123", "open-2")
    assert second is not None
    assert sorted((await version(stores), second.token_version)) == [1, 2]


def _refreshed_second() -> httpx.Response:
    # Without an open_id, so that it suits whichever comes second.
    return httpx.Response(200, json={"code": 0, "data": {"access_token": "act.3", "refresh_token": "rft.3"}})


async def test_while_tiktok_is_away_it_is_asked_once_a_look(
    refreshing: Refreshing, account_id: UUID, asked: list[httpx.Request], script: Script, domain_file: Path
) -> None:
    jump_clock(domain_file, timedelta(hours=25))
    script[REFRESH] = [httpx.Response(500)]
    with pytest.raises(TikTokUnavailable):
        await refreshing.refresh_due()
    await refreshing.refresh_due()
    assert refreshes(asked) == 2


async def test_a_lost_consent_is_not_asked_for_again(
    refreshing: Refreshing,
    stores: Stores,
    account_id: UUID,
    asked: list[httpx.Request],
    script: Script,
    domain_file: Path,
) -> None:
    jump_clock(domain_file, timedelta(hours=25))
    script[REFRESH] = [httpx.Response(200, json={"code": 40103})]
    await refreshing.refresh_due()
    await refreshing.refresh_due()
    assert refreshes(asked) == 1
    assert (await connection(stores, account_id)).status == "lost_access"


async def colleagues(stores: Stores, owner: Person) -> None:
    """An admin and a viewer beside the owner."""
    workspace = await stores.workspaces.get(owner.workspace_id)
    assert workspace is not None
    members = [*workspace.members]
    for role in (Role.ADMIN, Role.VIEWER):
        user = User(
            user_id=SystemSecrets().new_id(), email=f"{role}@example.test", password_hash="none", created_at=NOW
        )
        assert await stores.users.add(user)
        members.append(Member(user_id=user.user_id, role=role))
    later = workspace.model_copy(update={"members": tuple(members), "revision": workspace.revision + 1})
    fields = {"members": [member.model_dump() for member in later.members]}
    event = workspace_event(later, NOW)
    key = str(owner.workspace_id)
    assert await stores.workspaces.outbox.replace(key, fields, event=event, revision=later.revision)


Told = list[tuple[object, object]]


async def told(database: store.Database, kind: str, value: str) -> Told:
    found = await database.collection("notices").find({"kind": kind}, sort=[("email", 1)])
    return [(one["email"], one["values"][value]) for one in found if isinstance(one["values"], dict)]


async def test_a_loss_is_told_once_to_owners_and_admins(
    lending: LendingTokens,
    telling: Telling,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    script: Script,
    database: store.Database,
) -> None:
    await colleagues(stores, owner)
    script[REFRESH] = [httpx.Response(200, json={"code": 40105})]
    with pytest.raises(AuthorizationLost):
        await lending.token(account_id, 1)
    await telling.tell_changes()
    await telling.tell_changes()
    assert await told(database, "lost_access", "account") == [
        ("ada@example.test", "Northlight"),
        ("admin@example.test", "Northlight"),
    ]


async def test_a_crash_between_a_loss_and_its_notices_forgets_none_and_doubles_none(
    lending: LendingTokens, telling: Telling, stores: Stores, account_id: UUID, script: Script, database: store.Database
) -> None:
    class Killed(Exception):
        pass

    async def killed(*_: object) -> None:
        raise Killed

    script[REFRESH] = [httpx.Response(200, json={"code": 40105})]
    with pytest.raises(AuthorizationLost):
        await lending.token(account_id, 1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stores.connections, "done", killed)
        with pytest.raises(Killed):
            await telling.tell_changes()
    await telling.tell_changes()
    assert len(await told(database, "lost_access", "reason")) == 1
    assert (await connection(stores, account_id)).duties == ()


async def test_each_loss_is_told(
    lending: LendingTokens,
    telling: Telling,
    connecting: Connecting,
    owner: Person,
    account_id: UUID,
    script: Script,
    database: store.Database,
    domain_file: Path,
) -> None:
    for _ in range(2):
        grant = await lending.token(account_id, None)
        script[REFRESH] = [httpx.Response(200, json={"code": 40105})]
        with pytest.raises(AuthorizationLost):
            await lending.token(account_id, grant.token_version)
        await telling.tell_changes()
        jump_clock(domain_file, timedelta(minutes=1))
        assert await connect(connecting, owner) == account_id
    assert len(await told(database, "lost_access", "reason")) == 2


async def test_the_end_of_a_consent_is_told_at_30_14_and_3_days_once_each(
    refreshing: Refreshing,
    telling: Telling,
    stores: Stores,
    account_id: UUID,
    database: store.Database,
    domain: FileClock,
    domain_file: Path,
) -> None:
    """Counted from the first grant: the refreshes of a year do not move it."""
    end = (await _grant(stores)).tokens.refresh_expires_at
    heard = []
    for days in (31, 30, 29, 15, 14, 13, 4, 3, 2, 1):
        jump_clock(domain_file, end - timedelta(days=days) - domain.now())
        await refreshing.refresh_due()
        await telling.warn_of_ends()
        await telling.warn_of_ends()
        heard.append(len(await told(database, "consent_ends", "days")))
    assert heard == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert {days for _, days in await told(database, "consent_ends", "days")} == {"30", "14", "3"}
    assert (await _grant(stores)).tokens.refresh_expires_at == end


async def test_a_renewed_consent_is_warned_of_anew_and_a_missed_warning_is_the_nearest(
    telling: Telling,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    database: store.Database,
    domain_file: Path,
) -> None:
    jump_clock(domain_file, timedelta(days=355))
    await telling.warn_of_ends()
    assert await told(database, "consent_ends", "days") == [("ada@example.test", "10")]
    await connect(connecting, owner)
    await telling.warn_of_ends()
    jump_clock(domain_file, timedelta(days=363))
    await telling.warn_of_ends()
    assert {days for _, days in await told(database, "consent_ends", "days")} == {"10", "2"}


async def _grant(stores: Stores) -> Grant:
    found = await stores.grants.get("7123", "open-1")
    assert found is not None
    return found


async def test_two_replicas_refresh_what_is_due_once(
    refreshing: Refreshing, account_id: UUID, asked: list[httpx.Request], domain_file: Path
) -> None:
    jump_clock(domain_file, timedelta(hours=25))
    await asyncio.gather(*(replace(refreshing).refresh_due() for _ in range(6)))
    assert refreshes(asked) == 1
