"""The guard against the wrong account, and what a deployment does not admit."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.arrival import ADVICE, Arrival
from auth_service.domain.connection import account_event
from auth_service.domain.errors import BusinessRequired, NotFound
from auth_service.domain.identity import Person
from auth_service.use_cases.admitting import BusinessOnly
from auth_service.use_cases.connecting import Connecting
from common.catalog import SCOPES
from common.events import AccountChange
from common.runtime.clock import jump_clock

from .http_face import Script
from .test_connecting import BROWSER, connected, consented, revocations, state_of


async def arrived(connecting: Connecting, person: Person, wanted: UUID | None) -> tuple[UUID, Arrival]:
    address = await connecting.start(person, "tiktok", browser=BROWSER, wanted=wanted)
    pending = await connecting.consented(state=state_of(address), code="code-1", error="", browser=BROWSER)
    return pending.pending_id, (await connecting.pending(person, pending.pending_id)).arrival


def as_account(script: Script, open_id: str) -> None:
    """The next consent is given by another account."""
    tokens = {"open_id": open_id, "access_token": "act.2", "refresh_token": "rft.2", "scope": ",".join(SCOPES)}
    script["tt_user/oauth2/token/"] = [httpx.Response(200, json={"code": 0, "data": tokens})]


async def test_the_same_account_again_is_told_with_the_way_to_another(
    connecting: Connecting, owner: Person, stranger: Person, domain_file: Path
) -> None:
    await connected(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=1))
    _, again = await arrived(connecting, owner, None)
    assert again is Arrival.AGAIN
    assert "log out of TikTok or use a private window" in ADVICE[again]
    assert (await arrived(connecting, stranger, None))[1] is Arrival.NEW, "another workspace does not have it"


async def test_another_account_than_the_one_to_be_connected_anew_is_told(
    connecting: Connecting, owner: Person, script: Script
) -> None:
    wanted = (await connected(connecting, owner)).account_id
    assert (await arrived(connecting, owner, wanted))[1] is Arrival.RETURNED
    as_account(script, "open-2")
    assert (await arrived(connecting, owner, wanted))[1] is Arrival.UNEXPECTED
    as_account(script, "open-2")
    assert (await arrived(connecting, owner, None))[1] is Arrival.NEW


async def test_an_account_whose_access_was_lost_returns(
    connecting: Connecting, stores: Stores, owner: Person, domain_file: Path
) -> None:
    lost = (await connected(connecting, owner)).lost("refused", connecting.domain.now())
    assert await stores.connections.replace(lost, account_event(lost, AccountChange.AUTHORIZATION_LOST))
    jump_clock(domain_file, timedelta(minutes=1))
    pending_id, returned = await arrived(connecting, owner, None)
    assert returned is Arrival.RETURNED
    assert (await connecting.confirm(owner, pending_id)).account_id == lost.account_id


async def test_an_account_of_nobody_here_cannot_be_connected_anew(
    connecting: Connecting, owner: Person, stranger: Person
) -> None:
    theirs = await connected(connecting, stranger)
    for account_id in (theirs.account_id, uuid4()):
        with pytest.raises(NotFound):
            await connecting.start(owner, "tiktok", browser=BROWSER, wanted=account_id)


def _profile(**values: object) -> httpx.Response:
    return httpx.Response(200, json={"code": 0, "data": {"username": "northlight", **values}})


@pytest.fixture
def business_only(connecting: Connecting) -> Connecting:
    parts = {name: getattr(connecting, name) for name in Connecting.__slots__}
    return Connecting(**{**parts, "admissions": (BusinessOnly(),)})


@pytest.mark.parametrize(
    ("profile", "says"),
    [({"is_business_account": False}, "this is a personal one"), ({}, "user.account.type")],
)
async def test_a_business_account_can_be_required(
    business_only: Connecting,
    owner: Person,
    script: Script,
    asked: list[httpx.Request],
    profile: dict[str, object],
    says: str,
) -> None:
    script["business/get/"] = [_profile(**profile)]
    pending_id = await consented(business_only, owner)
    assert says in ((await business_only.pending(owner, pending_id)).refusal or "")
    for _ in range(2):
        with pytest.raises(BusinessRequired, match=says):
            await business_only.confirm(owner, pending_id)
    assert await business_only.list(owner) == []
    await business_only.decline(owner, pending_id)
    assert len(revocations(asked)) == 1


async def test_a_required_business_account_is_kept(business_only: Connecting, owner: Person) -> None:
    pending_id = await consented(business_only, owner)
    assert (await business_only.pending(owner, pending_id)).refusal is None
    assert await business_only.confirm(owner, pending_id)
