"""Two replicas, killed one after the other or met by every fault; `make soak` goes on for five minutes."""

from pathlib import Path

from .kills import survive, survive_faults
from .laptop import Laptop
from .replicas import stage


async def test_replicas_killed_at_random_moments_publish_what_tiktok_said_and_stay_as_fresh_as_planned(
    laptop: Laptop, tmp_path: Path
) -> None:
    async with stage(laptop, tmp_path) as scene:
        assert await survive(scene, kills=3, seed=5) >= 3


async def test_with_every_fault_now_and_then_nothing_wrong_is_published_and_all_is_fresh_when_they_end(
    laptop: Laptop, tmp_path: Path
) -> None:
    async with stage(laptop, tmp_path) as scene:
        assert len(await survive_faults(scene, share=0.05, rounds=5, seed=7)) >= 5
