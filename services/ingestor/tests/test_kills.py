"""Two replicas, one killed after the other while they collect; `make soak` goes on for five minutes."""

from pathlib import Path

from .kills import survive
from .laptop import Laptop
from .replicas import stage


async def test_replicas_killed_at_random_moments_publish_what_tiktok_said_and_stay_as_fresh_as_planned(
    laptop: Laptop, tmp_path: Path
) -> None:
    async with stage(laptop, tmp_path) as scene:
        built = await survive(scene, seconds=15, seed=5)
    assert built.kills >= 2
