"""Connecting: the state's single use, what is shown, keeping, giving back, and the tokens' way."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.connection import Connection
from auth_service.domain.errors import (
    Busy,
    ConsentDenied,
    InvalidInput,
    NotAllowed,
    NotFound,
    StateExpired,
    StateUnknown,
    TikTokRefused,
    TikTokUnavailable,
)
from auth_service.domain.identity import Person
from auth_service.domain.pending import AskingMember
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.forgetting import Forgetting
from auth_service.use_cases.releasing import Releasing
from common.catalog import SCOPES
from common.events import AccountV1, Role
from common.runtime.clock import FileClock, jump_clock

Script = dict[str, list[httpx.Response | Exception]]
BROWSER = "the-browser-that-asked"
REVOKE = "tt_user/oauth2/revoke/"


async def started(connecting: Connecting, owner: Person) -> str:
    address = await connecting.start(owner, "tiktok", browser=BROWSER)
    return state_of(address)


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]


async def consented(connecting: Connecting, owner: Person) -> UUID:
    pending = await connecting.consented(
        state=await started(connecting, owner), code="code-1", error="", browser=BROWSER
    )
    return pending.pending_id


async def connected(connecting: Connecting, owner: Person) -> Connection:
    return await connecting.confirm(owner, await consented(connecting, owner))


def revocations(asked: Sequence[httpx.Request]) -> list[str]:
    return [json.loads(one.content)["access_token"] for one in asked if one.url.path.endswith(REVOKE)]


async def events(stores: Stores) -> list[tuple[str, int]]:
    unsent = await stores.connections.outbox.unsent()
    return [(event.change, event.revision) for one in unsent for event in one.events if isinstance(event, AccountV1)]


@pytest.fixture
def forgetting(stores: Stores, wall: FileClock) -> Forgetting:
    return Forgetting(stores=stores.expiring, wall=wall)


async def test_a_confirmed_account_is_connected_and_told(connecting: Connecting, stores: Stores, owner: Person) -> None:
    pending_id = await consented(connecting, owner)
    shown = await connecting.pending(owner, pending_id)
    assert (shown.profile.username, shown.already_connected) == ("northlight", False)
    assert await connecting.list(owner) == []
    connection = await connecting.confirm(owner, pending_id)
    assert await connecting.list(owner) == [connection]
    assert await events(stores) == [("connected", 1)]
    assert await stores.pendings.get(pending_id) is None


async def test_a_state_is_good_once(connecting: Connecting, owner: Person) -> None:
    state = await started(connecting, owner)
    answers = await asyncio.gather(
        *(connecting.consented(state=state, code="code-1", error="", browser=BROWSER) for _ in range(5)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Pending"] + ["StateUnknown"] * 4


async def test_a_state_of_nobody_is_refused_before_tiktok_is_asked(
    connecting: Connecting, asked: list[httpx.Request]
) -> None:
    with pytest.raises(StateUnknown):
        await connecting.consented(state="guessed", code="code-1", error="", browser=BROWSER)
    assert asked == []


async def test_a_late_state_is_refused_before_tiktok_is_asked(
    connecting: Connecting, owner: Person, wall_file: Path, asked: list[httpx.Request], forgetting: Forgetting
) -> None:
    state = await started(connecting, owner)
    jump_clock(wall_file, timedelta(minutes=10))
    await forgetting.forget()
    with pytest.raises(StateExpired):
        await connecting.consented(state=state, code="code-1", error="", browser=BROWSER)
    assert asked == []


async def test_a_refusal_at_tiktok_is_named(connecting: Connecting, owner: Person) -> None:
    state = await started(connecting, owner)
    with pytest.raises(ConsentDenied):
        await connecting.consented(state=state, code="", error="access_denied", browser=BROWSER)


async def test_viewers_and_unknown_channels_cannot_start(connecting: Connecting, owner: Person) -> None:
    viewer = Person(user_id=owner.user_id, workspace_id=owner.workspace_id, role=Role.VIEWER, accounts=None, revision=1)
    with pytest.raises(NotAllowed):
        await connecting.start(viewer, "tiktok", browser=BROWSER)
    with pytest.raises(InvalidInput, match="tiktok"):
        await connecting.start(owner, "myspace", browser=BROWSER)


async def test_another_workspace_neither_sees_nor_answers_a_pending_consent(
    connecting: Connecting, owner: Person, stranger: Person
) -> None:
    pending_id = await consented(connecting, owner)
    for answer in (connecting.pending, connecting.confirm, connecting.decline):
        with pytest.raises(NotFound):
            await answer(stranger, pending_id)
    assert (await connecting.pending(owner, pending_id)).profile.username == "northlight"


async def test_missing_scopes_reach_the_account(
    connecting: Connecting, owner: Person, script: Script, asked: list[httpx.Request]
) -> None:
    tokens = {
        "open_id": "open-1",
        "access_token": "act.1",
        "refresh_token": "rft.1",
        "expires_in": 86400,
        "refresh_token_expires_in": 31536000,
        "scope": "user.info.basic,video.list",
    }
    script["tt_user/oauth2/token/"] = [httpx.Response(200, json={"code": 0, "data": tokens})]
    connection = await connected(connecting, owner)
    assert connection.scopes == ("user.info.basic", "video.list")
    [profile] = [one for one in asked if one.url.path.endswith("/business/get/")]
    assert json.loads(profile.url.params["fields"]) == ["display_name", "profile_image"]


async def test_a_declined_consent_is_given_back(
    connecting: Connecting, stores: Stores, owner: Person, asked: list[httpx.Request]
) -> None:
    pending_id = await consented(connecting, owner)
    await connecting.decline(owner, pending_id)
    assert len(revocations(asked)) == 1
    assert await stores.pendings.get(pending_id) is None
    assert await events(stores) == []


async def test_a_declined_consent_of_a_connected_account_is_not_revoked(
    connecting: Connecting, owner: Person, stranger: Person, asked: list[httpx.Request]
) -> None:
    await connected(connecting, owner)
    await connecting.decline(stranger, await consented(connecting, stranger))
    assert revocations(asked) == []


async def test_an_unanswered_consent_expires_and_is_given_back(
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    wall_file: Path,
    asked: list[httpx.Request],
    releasing: Releasing,
) -> None:
    pending_id = await consented(connecting, owner)
    await releasing.release_expired()
    assert revocations(asked) == []
    jump_clock(wall_file, timedelta(minutes=10))
    with pytest.raises(NotFound):
        await connecting.confirm(owner, pending_id)
    await releasing.release_expired()
    assert len(revocations(asked)) == 1
    assert await stores.pendings.get(pending_id) is None


async def test_of_two_waiting_consents_of_an_account_the_last_to_go_is_revoked(
    connecting: Connecting, owner: Person, stranger: Person, asked: list[httpx.Request]
) -> None:
    mine, theirs = await consented(connecting, owner), await consented(connecting, stranger)
    await connecting.decline(owner, mine)
    assert revocations(asked) == [], "the other person has not answered"
    await connecting.decline(stranger, theirs)
    assert len(revocations(asked)) == 1


async def test_giving_back_goes_on_when_tiktok_answers_again(
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    script: Script,
    wall_file: Path,
    asked: list[httpx.Request],
    releasing: Releasing,
) -> None:
    pending_id = await consented(connecting, owner)
    script[REVOKE] = [httpx.Response(503)]
    await connecting.decline(owner, pending_id)
    with pytest.raises(NotFound):
        await connecting.confirm(owner, pending_id)
    jump_clock(wall_file, timedelta(minutes=2))
    await releasing.release_expired()
    assert len(revocations(asked)) == 2
    assert await stores.pendings.get(pending_id) is None


async def test_a_consent_that_ended_at_tiktok_is_forgotten(
    connecting: Connecting, stores: Stores, owner: Person, script: Script
) -> None:
    pending_id = await consented(connecting, owner)
    script[REVOKE] = [httpx.Response(200, json={"code": 40105})]
    await connecting.decline(owner, pending_id)
    assert await stores.pendings.get(pending_id) is None


async def test_an_expired_token_is_refreshed_to_give_the_consent_back(
    connecting: Connecting, owner: Person, domain_file: Path, asked: list[httpx.Request]
) -> None:
    pending_id = await consented(connecting, owner)
    jump_clock(domain_file, timedelta(hours=25))
    await connecting.decline(owner, pending_id)
    assert [one.url.path.split("/")[-2] for one in asked[-2:]] == ["refresh_token", "revoke"]


async def test_a_profile_that_cannot_be_read_keeps_nothing(
    connecting: Connecting, owner: Person, script: Script, asked: list[httpx.Request]
) -> None:
    script["business/get/"] = [httpx.Response(502)] * 3
    state = await started(connecting, owner)
    with pytest.raises(TikTokUnavailable):
        await connecting.consented(state=state, code="code-1", error="", browser=BROWSER)
    assert len(revocations(asked)) == 1


async def test_a_profile_is_asked_again_after_a_fault_of_tiktok(
    connecting: Connecting, owner: Person, script: Script
) -> None:
    script["business/get/"] = [httpx.Response(502), httpx.ReadTimeout("slow")]
    pending_id = await consented(connecting, owner)
    assert (await connecting.pending(owner, pending_id)).profile.username == "northlight"


async def test_a_refused_code_keeps_nothing(connecting: Connecting, owner: Person, script: Script) -> None:
    script["tt_user/oauth2/token/"] = [httpx.Response(200, json={"code": 40110})]
    with pytest.raises(TikTokRefused):
        await consented(connecting, owner)


async def test_connecting_again_keeps_the_account_and_takes_the_new_tokens(
    connecting: Connecting, stores: Stores, owner: Person, domain_file: Path
) -> None:
    first = await connected(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=5))
    pending_id = await consented(connecting, owner)
    assert (await connecting.pending(owner, pending_id)).already_connected
    second = await connecting.confirm(owner, pending_id)
    assert (second.account_id, second.connected_at) == (first.account_id, first.connected_at)
    assert await events(stores) == [("connected", 1), ("reconnected", 2)]
    grant = await stores.grants.get("7123", "open-1")
    assert grant is not None
    assert (grant.token_version, second.grant_version) == (2, 2)


async def test_two_workspaces_have_two_accounts_on_one_grant(
    connecting: Connecting, stores: Stores, owner: Person, stranger: Person, domain_file: Path
) -> None:
    mine = await connected(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=5))
    theirs = await connected(connecting, stranger)
    assert mine.account_id != theirs.account_id
    assert [one.account_id for one in await connecting.list(stranger)] == [theirs.account_id]
    grant = await stores.grants.get("7123", "open-1")
    assert grant is not None
    assert grant.token_version == 2


async def test_an_older_consent_confirmed_late_does_not_replace_newer_tokens(
    connecting: Connecting, stores: Stores, owner: Person, stranger: Person, domain_file: Path
) -> None:
    older = await consented(connecting, owner)
    jump_clock(domain_file, timedelta(minutes=5))
    newer = await consented(connecting, stranger)
    await connecting.confirm(stranger, newer)
    before = await stores.grants.get("7123", "open-1")
    await connecting.confirm(owner, older)
    assert await stores.grants.get("7123", "open-1") == before


async def test_of_two_confirmations_at_once_one_is_told_to_look(connecting: Connecting, owner: Person) -> None:
    pending_id = await consented(connecting, owner)
    answers = await asyncio.gather(*(connecting.confirm(owner, pending_id) for _ in range(4)), return_exceptions=True)
    assert len([answer for answer in answers if isinstance(answer, Connection)]) == 1
    assert all(isinstance(answer, Connection | Busy | NotFound) for answer in answers)
    assert len(await connecting.list(owner)) == 1


async def test_a_confirmation_that_died_can_be_done_again(
    connecting: Connecting, stores: Stores, owner: Person, wall: FileClock, wall_file: Path
) -> None:
    pending_id = await consented(connecting, owner)
    now = wall.now()
    mine = AskingMember(owner.user_id, owner.workspace_id)
    # What a process killed in the middle of a confirmation leaves behind.
    assert await stores.pendings.hold(pending_id, mine, at=now, until=now + timedelta(seconds=60))
    with pytest.raises(Busy):
        await connecting.confirm(owner, pending_id)
    jump_clock(wall_file, timedelta(seconds=61))
    assert (await connecting.confirm(owner, pending_id)).scopes == SCOPES
