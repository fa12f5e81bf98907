"""A hundred kills and five minutes of workers that come and go; the tests do five of each.

A storm tells its seed when it fails; `TOA_STORM_SEED` begins with it.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator
from signal import SIGKILL, SIGTERM, Signals

import pytest

# pytest names modules from the repository's root, mypy from this member's.
from ..tests.commands import run_command  # type: ignore[import-not-found]
from ..tests.conftest import Rig, started_rig  # type: ignore[import-not-found]
from ..tests.load import Load  # type: ignore[import-not-found]
from ..tests.storm import (  # type: ignore[import-not-found]
    STROKES,
    join_and_leave,
    kill_again_and_again,
    rebuild,
    under_load,
)

STORMS, KILLS = 5, 20
CHURN_SECONDS = 300.0


@pytest.fixture(scope="module")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    async with started_rig(tmp_path_factory.mktemp("storm")) as started:
        yield started


async def test_a_hundred_kills_lose_nothing(rig: Rig) -> None:
    first = first_seed()
    for seed in range(first, first + STORMS):
        async with under_load(rig, heavy(rig), seed=seed) as storm:
            await kill_again_and_again(storm, strokes(storm.moments))
    await expect_no_difference_anywhere(rig)


async def test_five_minutes_of_workers_that_come_and_go_during_rebuilds_lose_nothing(rig: Rig) -> None:
    until = asyncio.get_running_loop().time() + CHURN_SECONDS
    async with under_load(rig, heavy(rig), seed=first_seed()) as storm, asyncio.TaskGroup() as tasks:
        churn = [
            tasks.create_task(join_and_leave(storm, name, leaves(storm.moments, until)))
            for name in ("second-worker", "third-worker")
        ]
        while not all(worker.done() for worker in churn):
            await rebuild(storm)
    await expect_no_difference_anywhere(rig)


def heavy(rig: Rig) -> Load:
    """So much that a worker is hardly ever without a batch."""
    return Load(rig, accounts=24, posts=20, new_accounts=4, pause_seconds=0.3)


def strokes(moments: random.Random) -> Iterator[tuple[str, ...]]:
    left = KILLS
    while left:
        stroke = moments.choice(STROKES)[:left]
        left -= len(stroke)
        yield stroke


def leaves(moments: random.Random, until: float) -> Iterator[Signals]:
    while asyncio.get_running_loop().time() < until:
        yield moments.choice((SIGTERM, SIGKILL))


def first_seed() -> int:
    return int(os.environ.get("TOA_STORM_SEED") or random.SystemRandom().randrange(1_000_000))


async def expect_no_difference_anywhere(rig: Rig) -> None:
    done = await run_command(rig, "verify")
    assert (done.status, done.lines) == (0, []), done.errors
