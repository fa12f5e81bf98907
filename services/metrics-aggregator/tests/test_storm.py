"""Kills under load lose nothing and leave no difference."""

from .conftest import Rig
from .storm import kill_again_and_again, under_load


async def test_killed_parts_leave_no_difference(rig: Rig) -> None:
    async with under_load(rig) as load:
        await kill_again_and_again(rig, load, kills=5, seed=1)
