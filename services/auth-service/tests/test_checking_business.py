"""Accounts are looked at daily by the domain clock, each by one replica: which kind they are now."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from auth_service.adapters.connection_scans import MongoConnectionScans
from auth_service.adapters.tiktok import TikTokClient
from auth_service.bootstrap import Stores
from auth_service.domain.connection import account_event
from auth_service.domain.identity import Person
from auth_service.domain.notice import NoticeKind
from auth_service.domain.state import ConnectionState
from auth_service.use_cases.checking_business import CLAIM_LIFE, CheckingBusiness
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.telling import Telling
from auth_service.use_cases.viewing import Viewing
from common.documents import store
from common.events import AccountChange, AccountV1
from common.runtime.clock import FileClock, jump_clock

from .http_face import Script
from .test_collection_statuses import told
from .test_connecting import connected, events

DAY = timedelta(days=1)


def profile(*, is_business: bool) -> httpx.Response:
    data = {"username": "northlight", "display_name": "Northlight", "is_business_account": is_business}
    return httpx.Response(200, json={"code": 0, "data": data})


@pytest.fixture
def checking(
    database: store.Database, stores: Stores, lending: LendingTokens, tiktok: TikTokClient, domain: FileClock
) -> CheckingBusiness:
    return CheckingBusiness(
        checks=MongoConnectionScans(database),
        connections=stores.connections,
        lending=lending,
        tiktok=tiktok,
        domain=domain,
    )


@pytest.fixture
def looks(asked: list[httpx.Request]) -> Callable[[], int]:
    """How often TikTok was asked for the profile, besides the first time."""
    return lambda: len([one for one in asked if one.url.path.endswith("/business/get/")]) - 1


async def test_a_personal_account_is_looked_at_once_a_day(
    checking: CheckingBusiness,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    script: Script,
    domain_file: Path,
    looks: Callable[[], int],
) -> None:
    script["business/get/"] = [profile(is_business=False) for _ in range(4)]
    await connected(connecting, owner)
    await checking.check_due()
    assert looks() == 0, "it was read when it was connected"
    for day in range(1, 3):
        jump_clock(domain_file, DAY)
        await checking.check_due()
        await checking.check_due()
        assert looks() == day
    assert await events(stores) == [("connected", 1)]


async def test_a_switch_to_business_is_told_and_so_is_one_back(
    checking: CheckingBusiness,
    connecting: Connecting,
    viewing: Viewing,
    telling: Telling,
    stores: Stores,
    owner: Person,
    script: Script,
    domain_file: Path,
) -> None:
    script["business/get/"] = [profile(is_business=kind) for kind in (False, True, True, False)]
    personal = await connected(connecting, owner)
    await viewing.statuses.keep(told(personal.account_id, 1))

    async def after_a_day() -> ConnectionState:
        jump_clock(domain_file, DAY)
        await checking.check_due()
        await telling.tell_changes()
        return (await viewing.one(await connecting.one(owner, personal.account_id))).standing.state

    assert (await viewing.one(personal)).standing.state is ConnectionState.NOT_BUSINESS
    assert [await after_a_day() for _ in range(3)] == [
        ConnectionState.SYNCED,
        ConnectionState.SYNCED,
        ConnectionState.NOT_BUSINESS,
    ]
    assert await events(stores) == [("connected", 1), ("changed", 2), ("changed", 3)]
    box = await stores.notices.page(user_id=owner.user_id, workspace_id=owner.workspace_id, limit=9, cursor=None)
    assert [(one.kind, one.values["account"]) for one in box.notices] == [(NoticeKind.BECAME_PERSONAL, "Northlight")]


async def test_a_business_account_again_before_it_was_told_is_not_told(
    checking: CheckingBusiness,
    connecting: Connecting,
    telling: Telling,
    stores: Stores,
    owner: Person,
    script: Script,
    domain_file: Path,
) -> None:
    script["business/get/"] = [profile(is_business=kind) for kind in (True, False, True)]
    await connected(connecting, owner)
    for _ in range(2):
        jump_clock(domain_file, DAY)
        await checking.check_due()
    await telling.tell_changes()
    box = await stores.notices.page(user_id=owner.user_id, workspace_id=owner.workspace_id, limit=9, cursor=None)
    assert box.notices == []


async def test_of_many_replicas_one_looks(
    checking: CheckingBusiness,
    connecting: Connecting,
    owner: Person,
    script: Script,
    domain_file: Path,
    looks: Callable[[], int],
) -> None:
    script["business/get/"] = [profile(is_business=False) for _ in range(6)]
    await connected(connecting, owner)
    jump_clock(domain_file, DAY)
    await asyncio.gather(*(checking.check_due() for _ in range(5)))
    assert looks() == 1


async def test_a_look_that_failed_is_repeated_soon(
    checking: CheckingBusiness,
    connecting: Connecting,
    owner: Person,
    script: Script,
    domain_file: Path,
    looks: Callable[[], int],
) -> None:
    script["business/get/"] = [profile(is_business=False), httpx.Response(502), profile(is_business=True)]
    await connected(connecting, owner)
    jump_clock(domain_file, DAY)
    await checking.check_due()
    await checking.check_due()
    assert looks() == 1
    jump_clock(domain_file, CLAIM_LIFE)
    await checking.check_due()
    assert looks() == 2
    [switched] = await connecting.list(owner)
    assert switched.profile.is_business_account


async def test_a_lost_account_is_not_looked_at_and_a_business_account_is(
    checking: CheckingBusiness,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    stranger: Person,
    script: Script,
    domain_file: Path,
    looks: Callable[[], int],
) -> None:
    script["business/get/"] = [profile(is_business=False), *(profile(is_business=True) for _ in range(2))]
    lost = (await connected(connecting, owner)).lost("refused", connecting.domain.now())
    event: AccountV1 = account_event(lost, AccountChange.AUTHORIZATION_LOST)
    assert await stores.connections.replace(lost, event)
    jump_clock(domain_file, timedelta(minutes=1))
    await connected(connecting, stranger)
    jump_clock(domain_file, 2 * DAY)
    await checking.check_due()
    assert looks() == 2, "the stranger's consent and the look"
