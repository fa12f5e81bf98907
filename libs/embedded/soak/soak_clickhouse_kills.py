"""Many kills of the embedded ClickHouse in the middle of inserts; the tests do three."""

from pathlib import Path

# pytest names modules from the repository's root, mypy from this member's.
from ..tests.clickhouse_kills import kill_while_inserting  # type: ignore[import-not-found]


async def test_acknowledged_batches_survive_forty_kills(tmp_path: Path) -> None:
    await kill_while_inserting(tmp_path / "clickhouse", rounds=40)
