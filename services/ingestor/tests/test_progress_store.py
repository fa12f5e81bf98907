"""One contract, held by the store in memory and by the one in Mongo."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from ingestor.adapters import progress_store
from ingestor.domain import advance
from ingestor.domain.plan import Rhythm
from ingestor.domain.posts import Ledger
from ingestor.domain.progress import ListingKind, OpenListing, Progress, Task
from ingestor.domain.status import with_status
from ingestor.ports import ProgressConflict, ProgressStore, StoreUnavailable

from .fakes import START, MemoryProgress, account, refusal
from .laptop import Laptop
from .servers import free_port

TOLD = account()


@pytest.fixture(params=["memory", "mongo"])
async def store(request: pytest.FixtureRequest, laptop: Laptop) -> AsyncIterator[ProgressStore]:
    if request.param == "memory":
        yield MemoryProgress()
        return
    async with progress_store.connect(laptop.mongo, f"ingestor_{uuid4().hex}") as mongo:
        yield mongo


def _progress() -> Progress:
    listing = OpenListing(kind=ListingKind.FULL, started_at=START, cursor=1_770_000_000_123, seen=40)
    progress = Progress(account_id=uuid4(), open_listing=listing, posts_expected=3)
    progress = advance.refused(progress, Task.PROFILE, refusal(50000), now=START + timedelta(microseconds=1_900))
    return with_status(progress, TOLD, rhythm=Rhythm(), now=START)


async def test_an_unknown_account_starts_from_nothing(store: ProgressStore) -> None:
    account_id = uuid4()
    assert await store.load(account_id) == Progress(account_id=account_id)


async def test_what_was_saved_is_read_back_whole(store: ProgressStore) -> None:
    first = await store.save(_progress())
    second = await store.save(first.model_copy(update={"told": 5}))
    assert await store.load(first.account_id) == second
    assert second.version == first.version + 1


async def test_an_older_version_cannot_overwrite_a_newer_one(store: ProgressStore) -> None:
    started = _progress()
    first = await store.save(started)
    await store.save(first.model_copy(update={"told": 1}))
    for late in (first, started):
        with pytest.raises(ProgressConflict):
            await store.save(late.model_copy(update={"told": 2}))
    assert (await store.load(first.account_id)).told == 1


async def test_of_two_at_once_one_wins(store: ProgressStore) -> None:
    first = await store.save(_progress())
    results = await asyncio.gather(
        *(store.save(first.model_copy(update={"told": number})) for number in range(8)), return_exceptions=True
    )
    (winner,) = [result for result in results if isinstance(result, Progress)]
    assert sum(isinstance(result, ProgressConflict) for result in results) == 7
    assert await store.load(first.account_id) == winner


async def test_posts_are_entered_in_order_and_stay_at_their_places(store: ProgressStore) -> None:
    account_id = uuid4()
    assert (await store.ledger(account_id)).post_ids == ()
    first = await store.enter(await store.ledger(account_id), ("71", "72"))
    second = await store.enter(first, ("73",))
    assert await store.ledger(account_id) == second == Ledger(account_id, ("71", "72", "73"))


async def test_of_two_who_enter_posts_at_once_one_must_read_again(store: ProgressStore) -> None:
    for start in (Ledger(uuid4()), await store.enter(Ledger(uuid4()), ("71",))):
        results = await asyncio.gather(
            *(store.enter(start, (f"8{number}",)) for number in range(4)), return_exceptions=True
        )
        (winner,) = [result for result in results if isinstance(result, Ledger)]
        assert sum(isinstance(result, ProgressConflict) for result in results) == 3
        assert await store.ledger(start.account_id) == winner


async def test_mongo_away_is_said_and_is_no_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_store, "_SELECTION_MS", 200)
    url = f"mongodb://127.0.0.1:{free_port()}/?directConnection=true&retryWrites=false"
    async with progress_store.connect(url, "ingestor") as mongo:
        with pytest.raises(StoreUnavailable, match="reading the progress of account"):
            await mongo.load(uuid4())
        with pytest.raises(StoreUnavailable, match="saving the progress of account"):
            await mongo.save(_progress())
        with pytest.raises(StoreUnavailable, match="reading the posts of account"):
            await mongo.ledger(uuid4())
        with pytest.raises(StoreUnavailable, match="saving the posts of account"):
            await mongo.enter(Ledger(uuid4()), ("71",))
