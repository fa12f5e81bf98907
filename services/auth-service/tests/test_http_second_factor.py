"""The second factor over HTTP: turned on by a first code, asked for at sign-in, each code good once."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pyotp
import pytest

from auth_service.domain.errors import CodeRefused
from auth_service.domain.identity import Person
from auth_service.domain.limits import CODE
from auth_service.domain.second_factor import ENROLMENT_LIFE
from auth_service.use_cases.second_factors import SecondFactorsOfUsers
from common.documents import store
from common.runtime.clock import FileClock, jump_clock

from .http_face import GOOD, problem

FACTOR = "/auth/v1/second-factor"
SESSIONS = "/auth/v1/sessions"


class Phone:
    """An authenticator, with its own clock."""

    def __init__(self, wall: FileClock, wall_file: Path, secret: str) -> None:
        self._wall, self._wall_file, self.codes = wall, wall_file, pyotp.TOTP(secret)

    def code(self, steps: int = 0) -> str:
        return self.codes.at(self._wall.now() + timedelta(seconds=30 * steps))

    def next_code(self) -> str:
        """Once the present one has gone."""
        jump_clock(self._wall_file, timedelta(seconds=30))
        return self.code()


async def enrolled(
    http: httpx.AsyncClient, bearer: dict[str, str], wall: FileClock, wall_file: Path
) -> tuple[Phone, list[str]]:
    begun = await http.post(FACTOR, json={"password": GOOD["password"]}, headers=bearer)
    assert begun.status_code == 201
    phone = Phone(wall, wall_file, begun.json()["secret"])
    confirmed = await http.post(f"{FACTOR}/confirm", json={"code": phone.code()}, headers=bearer)
    assert confirmed.status_code == 200
    return phone, confirmed.json()["recovery_codes"]


async def sign_in(http: httpx.AsyncClient, code: str | None = None) -> httpx.Response:
    return await http.post(SESSIONS, json={**GOOD, **({"code": code} if code is not None else {})})


async def test_it_is_on_after_a_first_code_and_asked_for_at_sign_in(
    http: httpx.AsyncClient, bearer: dict[str, str], wall: FileClock, wall_file: Path
) -> None:
    assert (await http.get(FACTOR, headers=bearer)).json() == {"enabled": False, "recovery_codes_left": 0}
    begun = (await http.post(FACTOR, json={"password": GOOD["password"]}, headers=bearer)).json()
    assert begun["otpauth_uri"].startswith("otpauth://totp/TikTok%20Organic%20Analytics:ada%40example.test?secret=")
    assert (await sign_in(http)).status_code == 200, "not before it is confirmed"
    phone, recovery = await enrolled(http, bearer, wall, wall_file)
    assert len(set(recovery)) == 10
    assert (await http.get(FACTOR, headers=bearer)).json() == {"enabled": True, "recovery_codes_left": 10}
    assert problem(await sign_in(http)) == (401, "second-factor-needed")
    assert problem(await sign_in(http, "000000")) == (401, "code-refused")
    assert (await sign_in(http, phone.next_code())).status_code == 200


async def test_without_the_right_password_nothing_is_said_of_it(
    http: httpx.AsyncClient, bearer: dict[str, str], wall: FileClock, wall_file: Path
) -> None:
    phone, _ = await enrolled(http, bearer, wall, wall_file)
    wrong = {**GOOD, "password": "wrong", "code": phone.next_code()}
    assert problem(await http.post(SESSIONS, json=wrong)) == (401, "sign-in-refused")


async def test_a_code_is_good_once_also_when_sent_twice_at_once(
    http: httpx.AsyncClient, bearer: dict[str, str], wall: FileClock, wall_file: Path
) -> None:
    phone, _ = await enrolled(http, bearer, wall, wall_file)
    assert problem(await sign_in(http, phone.code())) == (401, "code-refused"), "it confirmed the enrolment"
    code = phone.next_code()
    answers = await asyncio.gather(*(sign_in(http, code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    assert problem(await sign_in(http, phone.code(-1))) == (401, "code-refused"), "nor an earlier one"


async def test_a_telephones_clock_may_differ_by_a_step_and_no_more(
    http: httpx.AsyncClient, bearer: dict[str, str], wall: FileClock, wall_file: Path
) -> None:
    phone, _ = await enrolled(http, bearer, wall, wall_file)
    assert problem(await sign_in(http, phone.code(2))) == (401, "code-refused")
    spaced = phone.code(1)
    assert (await sign_in(http, f"{spaced[:3]} {spaced[3:]}")).status_code == 200


async def test_a_recovery_code_is_good_once(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database, wall: FileClock, wall_file: Path
) -> None:
    phone, recovery = await enrolled(http, bearer, wall, wall_file)
    kept = str(await database.collection("second_factors").find({}))
    assert phone.codes.secret not in kept
    assert not any(code in kept for code in recovery)
    assert (await sign_in(http, recovery[3].lower())).status_code == 200
    assert problem(await sign_in(http, recovery[3])) == (401, "code-refused")
    assert (await http.get(FACTOR, headers=bearer)).json()["recovery_codes_left"] == 9


async def test_turning_it_off_needs_a_code(
    http: httpx.AsyncClient, bearer: dict[str, str], wall: FileClock, wall_file: Path
) -> None:
    phone, _ = await enrolled(http, bearer, wall, wall_file)
    wrong = await http.post(f"{FACTOR}/disable", json={"code": "000000"}, headers=bearer)
    assert problem(wrong) == (401, "code-refused")
    again = await http.post(FACTOR, json={"password": GOOD["password"]}, headers=bearer)
    assert problem(again) == (409, "busy"), "a thief of a session must not put his telephone in its place"
    off = await http.post(f"{FACTOR}/disable", json={"code": phone.next_code()}, headers=bearer)
    assert off.status_code == 204
    assert (await sign_in(http)).status_code == 200


async def test_turning_it_on_needs_the_password_and_its_own_first_code_in_time(
    http: httpx.AsyncClient,
    bearer: dict[str, str],
    factors: SecondFactorsOfUsers,
    owner: Person,
    wall: FileClock,
    wall_file: Path,
) -> None:
    wrong = await http.post(FACTOR, json={"password": "wrong"}, headers=bearer)
    assert problem(wrong) == (401, "sign-in-refused")
    assert problem(await http.post(f"{FACTOR}/confirm", json={"code": "000000"}, headers=bearer)) == (
        401,
        "code-refused",
    )
    begun = (await http.post(FACTOR, json={"password": GOOD["password"]}, headers=bearer)).json()
    phone = Phone(wall, wall_file, begun["secret"])
    jump_clock(wall_file, ENROLMENT_LIFE)
    with pytest.raises(CodeRefused):
        await factors.confirm(owner, phone.code())


@pytest.mark.parametrize("path", ["confirm", "disable"])
async def test_guessing_a_code_is_limited(http: httpx.AsyncClient, bearer: dict[str, str], path: str) -> None:
    asked = [await http.post(f"{FACTOR}/{path}", json={"code": "000000"}, headers=bearer) for _ in range(CODE.most + 1)]
    assert asked[-1].status_code == 429


async def test_others_factors_are_their_own(
    http: httpx.AsyncClient, bearer: dict[str, str], others: dict[str, str], wall: FileClock, wall_file: Path
) -> None:
    await enrolled(http, bearer, wall, wall_file)
    assert (await http.get(FACTOR, headers=others)).json()["enabled"] is False


async def test_its_change_is_told(
    http: httpx.AsyncClient, bearer: dict[str, str], owner: Person, wall: FileClock, wall_file: Path
) -> None:
    await enrolled(http, bearer, wall, wall_file)
    [notice] = (await http.get("/auth/v1/notices", headers=bearer)).json()["notices"]
    assert notice["title"] == "Your second factor was turned on"
