"""A hundred thousand accounts: computed when asked for, found by name and number, the same in a world of any size."""

import tracemalloc
from random import Random

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain import population, timeline
from sandbox.domain.character import DEFAULT
from sandbox.domain.world import World
from sandbox.settings import SandboxSettings

from .conftest import REDIRECT

SEED, MANY = 11, 100_000
TODAY = 20_500
# What fifty accounts need is some MB; a hundred thousand characters alone would be more than 100.
MEMORY = 40_000_000


def test_fifty_of_a_hundred_thousand_accounts_cost_the_memory_of_fifty() -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        world = World(SEED, more=MANY)
        for place in Random(1).sample(range(len(world.accounts)), 50):
            account = world.accounts[place]
            assert world.account(account.open_id) == account
            world.listed(account, TODAY * timeline.DAY)
            world.profile_day(account, TODAY - 3)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(world.accounts) == MANY + len(DEFAULT)
    assert most - before < MEMORY


@given(number=st.integers(0, MANY - 1))
def test_an_account_is_the_same_in_a_world_of_any_size(number: int) -> None:
    large, barely = World(SEED, more=MANY), World(SEED, more=number + 1)
    place = number + len(DEFAULT)
    assert large.accounts[place] == barely.accounts[place]
    assert large.profile_day(large.accounts[place], TODAY) == barely.profile_day(barely.accounts[place], TODAY)


@given(number=st.integers(0, 2**32 - 1), seed=st.integers(0, 2**31))
def test_an_open_id_says_its_number_to_its_seed_only(number: int, seed: int) -> None:
    open_id = population.open_id(seed, number)
    assert len(open_id) == 36
    assert population.number_of(seed, open_id) == number
    assert population.number_of(seed + 1, open_id) is None


@pytest.mark.parametrize("text", ["", "-000", "-000zz", "x" * 36, "-000" + "0" * 32, "-000" + "+1234567" + "0" * 24])
def test_what_is_no_open_id_names_nobody(text: str) -> None:
    world = World(SEED, more=MANY)
    assert world.account(text) is None
    assert world.accounts.with_username(text) is None


def test_an_account_outside_the_world_is_not_found() -> None:
    outside = World(SEED, more=MANY).accounts[-1]
    smaller = World(SEED, more=MANY - 1)
    assert smaller.account(outside.open_id) is None
    assert smaller.accounts.with_username(outside.character.username) is None


def test_accounts_are_found_by_their_username() -> None:
    world = World(SEED, more=MANY)
    for place in (0, 3, 4, 77_777, MANY + 3):
        account = world.accounts[place]
        assert world.accounts.with_username(account.character.username) == account


@pytest.fixture
def settings(settings: SandboxSettings) -> SandboxSettings:
    return settings.model_copy(update={"sandbox_more_accounts": MANY})


async def test_accounts_come_in_pages(tiktok: httpx.AsyncClient) -> None:
    pages = [
        (await tiktok.get("/_sandbox/accounts", params={"after": after, "limit": 40})).json()
        for after in (0, 40, MANY, MANY + 4)
    ]
    assert [len(page["accounts"]) for page in pages] == [40, 40, 4, 0]
    assert {page["total"] for page in pages} == {MANY + len(DEFAULT)}
    assert len({row["open_id"] for page in pages for row in page["accounts"]}) == 84


async def test_any_account_can_consent_by_its_name(tiktok: httpx.AsyncClient) -> None:
    row = (await tiktok.get("/_sandbox/accounts", params={"after": 50_000, "limit": 1})).json()["accounts"][0]
    asked = {"client_key": "key-1", "redirect_uri": REDIRECT, "response_type": "code", "scope": "user.info.basic"}
    page = await tiktok.get("/v2/auth/authorize", params=asked)
    assert page.text.count('type="radio"') < 100
    assert row["username"] not in page.text
    form = {"client_key": "key-1", "redirect_uri": REDIRECT, "decision": "allow", "scopes": ["user.info.basic"]}
    for name in (f"@{row['username']}", row["open_id"]):
        reply = await tiktok.post("/v2/auth/authorize", data={**form, "other_account": name})
        assert reply.status_code == 302
        assert row["open_id"] in str(reply.headers["set-cookie"])
    refused = await tiktok.post("/v2/auth/authorize", data={**form, "other_account": "nobody.7"})
    assert (refused.status_code, "lives here" in refused.text) == (400, True)


async def test_a_deletion_says_whose_post_it_is(tiktok: httpx.AsyncClient) -> None:
    made = (await tiktok.post("/_sandbox/posts", json={"account": "northlight.coffee"})).json()
    address = f"/_sandbox/posts/{made['item_id']}"
    refused = await tiktok.delete(address)
    assert (refused.status_code, "account" in refused.json()["detail"]) == (422, True)
    assert (await tiktok.delete(address, params={"account": made["open_id"]})).status_code == 200
