"""Many kills of the embedded Mongo in the middle of writes; the tests do two."""

from pathlib import Path

# pytest names modules from the repository's root, mypy from this member's.
from ..tests.mongo_kills import survive_kills  # type: ignore[import-not-found]
from ..tests.servers import MongoServer  # type: ignore[import-not-found]


async def test_acknowledged_writes_survive_thirty_kills(tmp_path: Path) -> None:
    with MongoServer(tmp_path / "mongo") as server:
        await server.start()
        assert await survive_kills(server, rounds=30) > 1_000
