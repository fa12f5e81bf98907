"""Guessing is counted: by account and by address, for all replicas together, with when to try again."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from auth_service.adapters.proofs import MongoCounters
from auth_service.domain.identity import Person
from auth_service.domain.limits import SIGN_IN_ACCOUNT, SIGN_IN_ADDRESS, Limit
from common.documents import store
from common.runtime.clock import FileClock, jump_clock

from .http_face import GOOD, problem

SESSIONS = "/auth/v1/sessions"
WRONG = {**GOOD, "password": "wrong"}
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _early_in_a_window(wall_file: Path, wall: FileClock) -> None:
    """No test meets the end of a window."""
    jump_clock(wall_file, SIGN_IN_ACCOUNT.ends(wall.now()) - wall.now() + timedelta(seconds=1))


async def test_an_account_is_locked_after_too_many_wrong_passwords_and_says_for_how_long(
    http: httpx.AsyncClient, owner: Person, wall_file: Path
) -> None:
    for _ in range(SIGN_IN_ACCOUNT.most):
        assert problem(await http.post(SESSIONS, json=WRONG)) == (401, "sign-in-refused")
    locked = await http.post(SESSIONS, json=GOOD)
    assert problem(locked) == (429, "too-many-tries"), "the right password does not help either"
    wait = int(locked.headers["retry-after"])
    assert 0 < wait <= SIGN_IN_ACCOUNT.per.total_seconds()
    jump_clock(wall_file, timedelta(seconds=wait))
    assert (await http.post(SESSIONS, json=GOOD)).status_code == 200


async def test_the_lock_says_nothing_of_who_exists(http: httpx.AsyncClient, owner: Person) -> None:
    answers = {}
    for email in (GOOD["email"], "nobody@example.test", "ADA@example.test "):
        asked = [await http.post(SESSIONS, json={**WRONG, "email": email}) for _ in range(SIGN_IN_ACCOUNT.most + 1)]
        answers[email] = [answer.status_code for answer in asked]
    first, second, same_account = answers.values()
    assert first == second == [401] * SIGN_IN_ACCOUNT.most + [429]
    assert same_account == [429] * (SIGN_IN_ACCOUNT.most + 1)


async def test_many_guesses_at_once_are_no_more_than_one_after_the_other(
    http: httpx.AsyncClient, owner: Person
) -> None:
    answers = await asyncio.gather(*(http.post(SESSIONS, json=WRONG) for _ in range(30)))
    assert [answer.status_code for answer in answers].count(401) == SIGN_IN_ACCOUNT.most


async def test_a_right_password_starts_the_count_anew(http: httpx.AsyncClient, owner: Person) -> None:
    for _ in range(3):
        for _ in range(SIGN_IN_ACCOUNT.most - 1):
            await http.post(SESSIONS, json=WRONG)
        assert (await http.post(SESSIONS, json=GOOD)).status_code == 200


async def test_one_address_that_tries_many_accounts_is_stopped(http: httpx.AsyncClient) -> None:
    answers = [
        await http.post(SESSIONS, json={**WRONG, "email": f"{number}@example.test"})
        for number in range(SIGN_IN_ADDRESS.most + 1)
    ]
    assert [answer.status_code for answer in answers] == [401] * SIGN_IN_ADDRESS.most + [429]


async def test_an_office_that_signs_in_rightly_is_not_stopped(database: store.Database) -> None:
    counters = MongoCounters(database)
    for _ in range(3):
        assert await counters.count(SIGN_IN_ADDRESS, "192.0.2.1", NOON) == 1
        await counters.take_back(SIGN_IN_ADDRESS, "192.0.2.1", NOON)


async def test_replicas_count_together_and_keys_are_not_kept_in_clear(database: store.Database) -> None:
    limit = Limit(name="test", most=5, per=timedelta(minutes=1))
    replicas = [MongoCounters(database) for _ in range(2)]
    counts = await asyncio.gather(*(replicas[n % 2].count(limit, "ada@example.test", NOON) for n in range(40)))
    assert sorted(counts) == list(range(1, 41))
    assert await replicas[0].count(limit, "bob@example.test", NOON) == 1
    assert await replicas[0].count(limit, "ada@example.test", NOON + limit.per) == 1
    assert "ada" not in str(await database.collection("tries").find({}))
    await replicas[1].remove_expired(NOON + limit.per)
    assert len(await database.collection("tries").find({})) == 1


async def test_the_callback_of_tiktok_is_limited(http: httpx.AsyncClient) -> None:
    answers = [await http.get("/oauth/tiktok/callback/", params={"state": "x"}) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [303] * 60 + [429]
