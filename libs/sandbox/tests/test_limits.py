"""Limits of a second and of a minute on the domain clock, the pause after, and 40100 in TikTok's words."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from common.runtime.clock import FileClock, jump_clock
from sandbox.bootstrap import open_sandbox
from sandbox.domain.answers import ApiError
from sandbox.domain.limits import Limiter, Limits
from sandbox.settings import SandboxSettings

GET, LIST = "/open_api/v1.3/business/get/", "/open_api/v1.3/business/video/list/"
COFFEE, JONAS = "northlight.coffee", "jonas.bakes"
SECOND, MINUTE = 1_000, 60_000
START = 1_000_000 * MINUTE
QPS, QPM = "App reaches the QPS limit.", "Requests made too frequently"

Connect = Callable[..., Awaitable[dict[str, str]]]


def said(limiter: Limiter, now: int, *, who: str = "a", path: str = GET) -> str:
    try:
        limiter.admit(who, path, now=now)
    except ApiError as error:
        return error.message
    return "OK"


def spread(limiter: Limiter, count: int, *, start: int, step: int, who: str = "a", path: str = GET) -> list[str]:
    return [said(limiter, start + index * step, who=who, path=path) for index in range(count)]


def test_ten_requests_a_second_and_the_next_second_brings_as_many_again() -> None:
    limiter = Limiter(Limits())
    for second in (START, START + SECOND):
        who = [said(limiter, second + index, who=f"account {index}") for index in range(12)]
        assert who == ["OK"] * 10 + [QPS] * 2


def test_forty_requests_a_minute_per_account_and_endpoint() -> None:
    limiter = Limiter(Limits())
    assert spread(limiter, 41, start=START, step=SECOND) == ["OK"] * 40 + [QPM]
    assert said(limiter, START + 41 * SECOND, path=LIST) == "OK"
    assert said(limiter, START + 42 * SECOND, who="b") == "OK"


def test_the_minute_slides() -> None:
    limiter = Limiter(Limits())
    assert spread(limiter, 40, start=START + 50 * SECOND, step=250) == ["OK"] * 40
    assert said(limiter, START + 61 * SECOND) == QPM


def test_who_stays_just_below_the_limit_is_never_refused() -> None:
    assert set(spread(Limiter(Limits()), 400, start=START, step=1_500)) == {"OK"}


def test_a_pause_of_five_minutes_after_the_minute_was_passed_which_asking_does_not_lengthen() -> None:
    limiter = Limiter(Limits())
    assert spread(limiter, 41, start=START, step=SECOND)[-1] == QPM
    passed = START + 40 * SECOND
    assert set(spread(limiter, 299, start=passed + SECOND, step=SECOND)) == {QPM}
    assert said(limiter, passed + 5 * MINUTE) == "OK"


def test_the_app_passes_its_minute_and_everybody_pauses() -> None:
    limiter = Limiter(Limits(app_minute=50))
    assert spread(limiter, 30, start=START, step=SECOND) == ["OK"] * 30
    assert spread(limiter, 21, start=START + 30 * SECOND, step=SECOND, who="b") == ["OK"] * 20 + [QPM]
    assert said(limiter, START + 2 * MINUTE, who="c", path=LIST) == QPM
    assert said(limiter, START + 50 * SECOND + 5 * MINUTE, who="c") == "OK"


def test_six_hundred_a_minute_for_the_app() -> None:
    limiter = Limiter(Limits(app_second=0))
    answers = [said(limiter, START + index * 50, who=str(index)) for index in range(601)]
    assert answers == ["OK"] * 600 + [QPM]


def test_a_limit_of_zero_is_none() -> None:
    limiter = Limiter(Limits(account_minute=0, app_minute=0, app_second=0))
    assert set(spread(limiter, 2_000, start=START, step=1)) == {"OK"}


@pytest.fixture
def app(settings: SandboxSettings, clock_file: Path) -> Iterator[Starlette]:
    limits = {"sandbox_account_minute_limit": 40, "sandbox_app_minute_limit": 600, "sandbox_app_second_limit": 10}
    with open_sandbox(settings.model_copy(update=limits), FileClock(clock_file)) as sandbox:
        yield sandbox.app


async def answers(tiktok: httpx.AsyncClient, token: dict[str, str], count: int, *, path: str = GET) -> list[str]:
    headers, params = {"Access-Token": token["access_token"]}, {"business_id": token["open_id"]}
    replies = [await tiktok.get(path, params=params, headers=headers) for _ in range(count)]
    assert {reply.status_code for reply in replies} == {200}
    envelopes = [reply.json() for reply in replies]
    assert all(
        (body["code"], body["message"], body["data"]) in ((40100, QPS, {}), (40100, QPM, {}))
        or (body["code"], body["message"]) == (0, "OK")
        for body in envelopes
    )
    return [body["message"] for body in envelopes]


async def test_over_http_the_limits_follow_the_domain_clock(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    coffee, jonas = await connect(COFFEE), await connect(JONAS)
    assert await answers(tiktok, coffee, 11) == ["OK"] * 10 + [QPS]
    for _ in range(3):
        jump_clock(clock_file, timedelta(seconds=1))
        assert await answers(tiktok, coffee, 10) == ["OK"] * 10
    jump_clock(clock_file, timedelta(seconds=1))
    assert await answers(tiktok, coffee, 1) == [QPM]
    assert await answers(tiktok, coffee, 1, path=LIST) == ["OK"]
    assert await answers(tiktok, jonas, 1) == ["OK"]
    jump_clock(clock_file, timedelta(minutes=4, seconds=59))
    assert await answers(tiktok, coffee, 1) == [QPM]
    jump_clock(clock_file, timedelta(seconds=1))
    assert await answers(tiktok, coffee, 1) == ["OK"]


async def test_refusals_are_logged_and_strangers_use_up_nothing(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    coffee = await connect(COFFEE)
    stranger = {**coffee, "access_token": "act.unknown"}
    params, headers = {"business_id": coffee["open_id"]}, {"Access-Token": stranger["access_token"]}
    for _ in range(50):
        assert (await tiktok.get(GET, params=params, headers=headers)).json()["code"] == 40105
    assert await answers(tiktok, coffee, 11) == ["OK"] * 10 + [QPS]
    entries = (await tiktok.get("/_sandbox/log")).json()["entries"]
    codes = [entry["body"]["code"] for entry in entries if entry["path"] == GET]
    assert codes == [40105] * 50 + [0] * 10 + [40100]
