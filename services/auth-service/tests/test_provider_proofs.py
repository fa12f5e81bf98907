"""Single sign-on where more is asked: our second factor, and a fresh proof for what cannot be undone."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.identity import Member, Person, workspace_event
from auth_service.domain.limits import CODE
from auth_service.domain.membership import with_member
from auth_service.domain.notice import NoticeKind, new_notice
from auth_service.domain.provider import ATTEMPT_LIFE
from auth_service.domain.session import PROOF_LIFE
from common.documents import store
from common.events import Role
from common.runtime.clock import FileClock, jump_clock

from .http_face import GOOD, problem
from .oidc_provider import OidcProvider
from .provider_steps import HERE, failed, there_and_back, to_provider
from .test_http_second_factor import Phone, enrolled

CODES, DELETE, ME = "/auth/v1/oidc/code", "/auth/v1/users/me/delete", "/auth/v1/users/me"
NEEDED = f"{HERE}?code=needed"


@pytest.fixture
async def phone(browser: httpx.AsyncClient, owner: Person, wall: FileClock, wall_file: Path) -> Phone:
    """The owner's, with the second factor on; the browser is signed out again."""
    signed = (await browser.post("/auth/v1/sessions", json=GOOD)).json()
    made, _ = await enrolled(browser, {"Authorization": f"Bearer {signed['access_token']}"}, wall, wall_file)
    browser.cookies.clear()
    return made


async def bearer(browser: httpx.AsyncClient) -> dict[str, str]:
    refreshed = (await browser.post("/auth/v1/sessions/refresh")).json()
    return {"Authorization": f"Bearer {refreshed['access_token']}"}


async def test_our_second_factor_is_asked_for_where_the_provider_asked_for_none(
    browser: httpx.AsyncClient, phone: Phone, owner: Person
) -> None:
    assert await there_and_back(browser) == NEEDED
    assert "toa_refresh" not in browser.cookies
    assert problem(await browser.post(CODES, json={"code": "000000"})) == (401, "code-refused")
    signed = await browser.post(CODES, json={"code": phone.next_code()})
    assert (signed.status_code, signed.json()["workspace_id"]) == (200, str(owner.workspace_id))
    assert "toa_oidc" not in browser.cookies
    assert (await browser.post("/auth/v1/sessions/refresh")).status_code == 200


@pytest.mark.parametrize(
    ("methods", "page"), [(["pwd", "mfa"], HERE), (["otp"], HERE), (["pwd"], NEEDED), ("mfa", failed("refused"))]
)
async def test_a_second_factor_of_the_provider_is_one(
    browser: httpx.AsyncClient, provider: OidcProvider, phone: Phone, methods: object, page: str
) -> None:
    provider.lies = {"amr": methods}
    assert await there_and_back(browser) == page


async def test_the_code_is_for_this_browser_once_and_for_ten_minutes(
    browser: httpx.AsyncClient, phone: Phone, wall_file: Path
) -> None:
    await there_and_back(browser)
    cookie = {"Cookie": f"toa_oidc={browser.cookies['toa_oidc']}"}
    browser.cookies.clear()
    for stranger in ("", "toa_oidc=another"):
        refused = await browser.post(CODES, json={"code": phone.next_code()}, headers={"Cookie": stranger})
        assert problem(refused) == (401, "not-signed-in")
    assert (await browser.post(CODES, json={"code": phone.next_code()}, headers=cookie)).status_code == 200
    again = await browser.post(CODES, json={"code": phone.next_code()}, headers=cookie)
    assert problem(again) == (401, "not-signed-in")
    browser.cookies.clear()
    await there_and_back(browser)
    jump_clock(wall_file, ATTEMPT_LIFE)
    assert problem(await browser.post(CODES, json={"code": phone.code()})) == (401, "not-signed-in")


async def test_guessing_the_code_is_stopped(
    browser: httpx.AsyncClient, phone: Phone, wall: FileClock, wall_file: Path
) -> None:
    await there_and_back(browser)
    left = CODE.ends(wall.now()) - wall.now()
    if left < timedelta(minutes=2):  # the tries fall into one window
        jump_clock(wall_file, left)
    wrong = [await browser.post(CODES, json={"code": "000000"}) for _ in range(CODE.most)]
    assert {problem(one) for one in wrong} <= {(401, "code-refused"), (429, "too-many-tries")}
    assert problem(await browser.post(CODES, json={"code": phone.next_code()})) == (429, "too-many-tries")


async def test_whoever_has_no_password_deletes_their_user_by_a_fresh_sign_in(
    browser: httpx.AsyncClient,
    owner: Person,
    stranger: Person,
    stores: Stores,
    database: store.Database,
    wall: FileClock,
    wall_file: Path,
) -> None:
    await stores.users.set_password(owner.user_id, "")
    await _second_owner(stores, owner, stranger, wall)
    assert await there_and_back(browser) == HERE
    remembered = await bearer(browser)
    assert (await browser.get(ME, headers=remembered)).json()["has_password"] is False
    assert problem(await browser.post(DELETE, json={}, headers=remembered)) == (403, "fresh-sign-in-needed")
    assert problem(await browser.post(DELETE, json={"password": ""}, headers=remembered)) == (422, "invalid-input")
    assert await there_and_back(browser, fresh=True) == HERE
    fresh = await bearer(browser)
    await stores.notices.add(
        new_notice(NoticeKind.LOST_ACCESS, about="1", email=GOOD["email"], at=wall.now(), user_id=owner.user_id)
    )
    jump_clock(wall_file, PROOF_LIFE - timedelta(seconds=10))
    assert (await browser.post(DELETE, json={}, headers=fresh)).status_code == 204
    assert problem(await browser.get(ME, headers=fresh)) == (401, "not-signed-in")
    for collection in ("users", "identities", "notices", "sessions"):
        left = str(await database.collection(collection).find({}))
        assert str(owner.user_id) not in left, collection
        assert GOOD["email"] not in left, collection


async def test_a_fresh_sign_in_is_a_proof_for_five_minutes(
    browser: httpx.AsyncClient, owner: Person, wall_file: Path
) -> None:
    assert await there_and_back(browser, fresh=True) == HERE
    signed = await bearer(browser)
    jump_clock(wall_file, PROOF_LIFE)
    late = await browser.post(DELETE, json={}, headers=signed)
    assert problem(late) == (403, "fresh-sign-in-needed")


async def test_a_provider_that_did_not_ask_anew_is_refused(
    browser: httpx.AsyncClient, provider: OidcProvider, owner: Person
) -> None:
    back = await to_provider(browser, fresh=True)
    provider.lies = {"auth_time": 1}
    assert (await browser.get(back)).headers["location"] == failed("refused")
    provider.lies = {"auth_time": "now"}
    assert await there_and_back(browser, fresh=True) == failed("refused")
    assert "toa_refresh" not in browser.cookies


async def test_the_password_that_deletes_a_user_cannot_be_guessed(browser: httpx.AsyncClient, owner: Person) -> None:
    signed = (await browser.post("/auth/v1/sessions", json=GOOD)).json()
    mine = {"Authorization": f"Bearer {signed['access_token']}"}
    answers = [await browser.post(DELETE, json={"password": "wrong"}, headers=mine) for _ in range(11)]
    assert problem(answers[0]) == (422, "invalid-input")
    assert problem(answers[-1]) == (429, "too-many-tries")


async def _second_owner(stores: Stores, owner: Person, other: Person, wall: FileClock) -> None:
    """Or the only owner would have to stay."""
    workspace = await stores.workspaces.get(owner.workspace_id)
    assert workspace
    both = with_member(workspace, Member(user_id=other.user_id, role=Role.OWNER))
    assert await stores.workspaces.replace(both, workspace_event(both, wall.now()), audit=())
