"""Five minutes of kills on two replicas, and every fault at ten percent; the tests do some."""

from pathlib import Path

# pytest names modules from the repository's root, mypy from this member's.
from ..tests.kills import survive, survive_faults  # type: ignore[import-not-found]
from ..tests.laptop import laptop  # type: ignore[import-not-found]
from ..tests.replicas import stage  # type: ignore[import-not-found]


async def test_two_replicas_survive_five_minutes_of_kills(tmp_path: Path) -> None:
    async with laptop(tmp_path) as place, stage(place, tmp_path) as scene:
        assert await survive(scene, kills=20, seconds=300, seed=11) >= 20


async def test_with_every_fault_at_ten_percent_nothing_wrong_is_published(tmp_path: Path) -> None:
    async with laptop(tmp_path) as place, stage(place, tmp_path) as scene:
        assert len(await survive_faults(scene, share=0.1, rounds=30, seed=13)) >= 5
