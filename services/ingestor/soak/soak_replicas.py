"""Five minutes of kills on two replicas; the tests do some."""

from pathlib import Path

# pytest names modules from the repository's root, mypy from this member's.
from ..tests.kills import survive  # type: ignore[import-not-found]
from ..tests.laptop import laptop  # type: ignore[import-not-found]
from ..tests.replicas import stage  # type: ignore[import-not-found]


async def test_two_replicas_survive_five_minutes_of_kills(tmp_path: Path) -> None:
    async with laptop(tmp_path) as place, stage(place, tmp_path) as scene:
        built = await survive(scene, seconds=300, seed=11)
        assert built.kills >= 20
