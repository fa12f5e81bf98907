"""Kills, workers that come and go, and rebuilds under load: nothing is lost, doubled or different."""

import asyncio
from signal import SIGKILL, SIGTERM

from .conftest import Rig
from .load import Load
from .storm import STROKES, join_and_leave, kill_again_and_again, rebuild, under_load


async def test_five_kills_lose_nothing(rig: Rig) -> None:
    async with under_load(rig, Load(rig), seed=1) as storm:
        await kill_again_and_again(storm, STROKES[:4])


async def test_five_joins_and_leaves_and_five_rebuilds_lose_nothing(rig: Rig) -> None:
    async with under_load(rig, Load(rig), seed=2) as storm, asyncio.TaskGroup() as tasks:
        tasks.create_task(join_and_leave(storm, "second-worker", (SIGTERM, SIGKILL, SIGTERM)))
        tasks.create_task(join_and_leave(storm, "third-worker", (SIGKILL, SIGTERM)))
        for _ in range(5):
            await rebuild(storm)
