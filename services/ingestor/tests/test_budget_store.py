"""One contract, held by the budget in memory and by the one in Mongo."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from benchmarks.simulated.ports import KeptBudget
from ingestor.adapters import progress_store
from ingestor.adapters.budget_store import MongoBudget
from ingestor.domain.budget import Bucket, Limits
from ingestor.ports import BudgetStore, ProgressConflict, StoreUnavailable

from .fakes import START
from .laptop import Laptop
from .servers import free_port

LIMITS = Limits()


@pytest.fixture(params=["memory", "mongo"])
async def store(request: pytest.FixtureRequest, laptop: Laptop) -> AsyncIterator[BudgetStore]:
    if request.param == "memory":
        yield KeptBudget()
        return
    async with progress_store.connect(laptop.mongo, f"ingestor_{uuid4().hex}") as mongo:
        yield MongoBudget(mongo.database)


def _leased(bucket: Bucket) -> Bucket:
    changed, _ = bucket.lease(3, now=START, pitch=LIMITS.spacing, limits=LIMITS)
    return changed


async def test_an_unknown_app_has_leased_nothing(store: BudgetStore) -> None:
    assert await store.load("app") == Bucket(app="app")


async def test_what_was_saved_is_read_back_to_the_microsecond(store: BudgetStore) -> None:
    saved = _leased(await store.load("app")).closed(START + timedelta(microseconds=7))
    await store.save(saved)
    assert await store.load("app") == replace(saved, version=1)
    await store.save(_leased(await store.load("app")))
    assert (await store.load("app")).next_at > saved.next_at


async def test_apps_have_buckets_of_their_own(store: BudgetStore) -> None:
    await store.save(_leased(Bucket(app="one")))
    assert await store.load("other") == Bucket(app="other")


async def test_of_several_who_lease_at_once_one_gets_the_moments(store: BudgetStore) -> None:
    await store.save(_leased(Bucket(app="app")))
    read = await store.load("app")
    results = await asyncio.gather(*(store.save(_leased(read)) for _ in range(8)), return_exceptions=True)
    assert results.count(None) == 1
    assert sum(isinstance(result, ProgressConflict) for result in results) == 7
    with pytest.raises(ProgressConflict):
        await store.save(_leased(Bucket(app="app")))


async def test_mongo_away_is_said_and_is_no_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_store, "_SELECTION_MS", 200)
    url = f"mongodb://127.0.0.1:{free_port()}/?directConnection=true&retryWrites=false"
    async with progress_store.connect(url, "ingestor") as mongo:
        budget = MongoBudget(mongo.database)
        with pytest.raises(StoreUnavailable, match="reading the budget"):
            await budget.load("app")
        with pytest.raises(StoreUnavailable, match="saving the budget"):
            await budget.save(Bucket(app="app"))
