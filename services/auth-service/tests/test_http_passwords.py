"""New passwords over HTTP: by a link in a mail, by the present one, and only good ones."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from auth_service.bootstrap import Stores
from auth_service.domain.errors import InvalidInput
from auth_service.domain.identity import Person
from auth_service.domain.limits import RESET_ACCOUNT, SIGN_IN_ACCOUNT
from auth_service.domain.notice import Notice, NoticeKind
from auth_service.domain.password import require_good
from common.documents import store
from common.runtime.clock import FileClock, jump_clock

from .http_face import GOOD, problem, sign_in

RESETS = "/auth/v1/password-resets"
NEW = "four odd words: teal, ravine, 7"


async def mails(stores: Stores, wall: FileClock) -> list[Notice]:
    """What the mailer would send now."""
    due: list[Notice] = []
    while notice := await stores.notices.take_due(at=wall.now(), until=wall.now() + timedelta(days=1)):
        due.append(notice)
    return due


async def asked_token(http: httpx.AsyncClient, stores: Stores, wall: FileClock) -> str:
    await http.post(RESETS, json={"email": GOOD["email"]})
    [mail] = [one for one in await mails(stores, wall) if one.kind is NoticeKind.PASSWORD_RESET]
    return parse_qs(urlsplit(mail.link or "").fragment)["token"][0]


async def complete(http: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    return await http.post(f"{RESETS}/complete", json={"token": token, "password": password})


async def signs_in(http: httpx.AsyncClient, password: str) -> bool:
    return (await http.post("/auth/v1/sessions", json={**GOOD, "password": password})).status_code == 200


async def test_whoever_asks_cannot_tell_who_exists(
    http: httpx.AsyncClient, owner: Person, stores: Stores, wall: FileClock
) -> None:
    answers = [await http.post(RESETS, json={"email": email}) for email in (GOOD["email"], "x@example.test", "x")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, "null")}
    assert [mail.email for mail in await mails(stores, wall)] == [GOOD["email"]]


async def test_the_link_sets_a_password_once_and_ends_every_session(
    http: httpx.AsyncClient, stores: Stores, wall: FileClock, bearer: dict[str, str]
) -> None:
    cookie = http.cookies["toa_refresh"]
    token = await asked_token(http, stores, wall)
    assert (await complete(http, token)).status_code == 204
    assert problem(await http.get("/auth/v1/connections", headers=bearer)) == (401, "not-signed-in")
    refused = await http.post("/auth/v1/sessions/refresh", headers={"Cookie": f"toa_refresh={cookie}"})
    assert problem(refused) == (401, "not-signed-in")
    assert not await signs_in(http, GOOD["password"])
    assert await signs_in(http, NEW)
    assert problem(await complete(http, token, "another good one, really")) == (422, "reset-refused")
    assert [mail.kind for mail in await mails(stores, wall)] == [NoticeKind.PASSWORD_CHANGED]


async def test_a_link_is_good_for_half_an_hour(
    http: httpx.AsyncClient, owner: Person, stores: Stores, wall: FileClock, wall_file: Path
) -> None:
    token = await asked_token(http, stores, wall)
    jump_clock(wall_file, timedelta(minutes=30))
    assert problem(await complete(http, token)) == (422, "reset-refused")
    assert await signs_in(http, GOOD["password"])


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 43])
async def test_a_token_that_was_never_given_sets_nothing(http: httpx.AsyncClient, owner: Person, token: str) -> None:
    assert problem(await complete(http, token)) == (422, "reset-refused")


async def test_a_bad_password_leaves_the_link_as_it_is(
    http: httpx.AsyncClient, owner: Person, stores: Stores, wall: FileClock
) -> None:
    token = await asked_token(http, stores, wall)
    assert problem(await complete(http, token, "short")) == (422, "invalid-input")
    assert (await complete(http, token)).status_code == 204


async def test_a_reset_opens_a_locked_account(
    http: httpx.AsyncClient, owner: Person, stores: Stores, wall: FileClock
) -> None:
    for _ in range(SIGN_IN_ACCOUNT.most + 1):
        await signs_in(http, "wrong")
    token = await asked_token(http, stores, wall)
    await complete(http, token)
    assert await signs_in(http, NEW)


async def test_asking_is_limited_for_known_and_unknown_alike(http: httpx.AsyncClient, owner: Person) -> None:
    for email in (GOOD["email"], "nobody@example.test"):
        asked = [await http.post(RESETS, json={"email": email}) for _ in range(RESET_ACCOUNT.most + 1)]
        assert [answer.status_code for answer in asked] == [202] * RESET_ACCOUNT.most + [429]


async def test_no_token_is_kept_in_clear(
    http: httpx.AsyncClient, owner: Person, database: store.Database, stores: Stores, wall: FileClock
) -> None:
    token = await asked_token(http, stores, wall)
    kept = [str(await database.collection(name).find({})) for name in ("password_resets", "notices")]
    assert token not in "".join(kept)


async def test_a_password_is_changed_by_the_one_who_knows_it(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, wall: FileClock
) -> None:
    elsewhere = await sign_in(http, GOOD["email"])
    change = {"current": GOOD["password"], "password": NEW}
    wrong = await http.post("/auth/v1/password", json={**change, "current": "wrong"}, headers=bearer)
    assert problem(wrong) == (401, "sign-in-refused")
    assert (await http.post("/auth/v1/password", json=change, headers=bearer)).status_code == 204
    assert (await http.get("/auth/v1/connections", headers=bearer)).status_code == 200, "this session stays"
    assert problem(await http.get("/auth/v1/connections", headers=elsewhere)) == (401, "not-signed-in")
    assert await signs_in(http, NEW)
    assert [mail.kind for mail in await mails(stores, wall)] == [NoticeKind.PASSWORD_CHANGED]


async def test_guessing_the_present_password_is_limited(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    change = {"current": "wrong", "password": NEW}
    asked = [
        (await http.post("/auth/v1/password", json=change, headers=bearer)).status_code
        for _ in range(SIGN_IN_ACCOUNT.most + 1)
    ]
    assert asked[-1] == 429


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "four odd words: teal, ravine, 7 " * 5,
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "abcdefghijklm",
        "Password1234",
        "P@ssw0rd!2024",
        "iloveyou12345",
        "qwertyuiop123",
        "Welcome2026!!",
        "adminadmin123",
        "letmein123456",
        "TikTok-123456",
        "ada.lovelace1",
    ],
)
def test_what_is_guessed_first_is_refused_without_being_quoted(password: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        require_good(SecretStr(password), email="ada.lovelace@example.test")
    assert password not in str(caught.value)


def refusal_of(password: str) -> str | None:
    try:
        require_good(SecretStr(password), email="ada@example.test")
    except InvalidInput as refused:
        return str(refused)
    return None


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        NEW,
        "ünïcödé påssphräse",
        "        spaces count        too",
        "four odd words: teal, ravine, 7 " * 4,
        "kX9#vQ2!mZ7p",
        "love summer tennis wizard",
        "密碼密碼很長很長很長一二三四",
    ],
)
def test_long_ones_are_good_whatever_they_are_made_of(password: str) -> None:
    assert refusal_of(password) is None
    assert refusal_of(password[:11]) is not None, "the same, too short"
