"""A long storm over two replicas: a hundred rounds by twelve workspaces; the tests do eight by six."""

from pathlib import Path

# pytest names modules from the repository's root, mypy from this member's.
from ..tests.stand import database_name, domain_file, kafka, key_ring_file, mongo_url  # type: ignore[import-not-found]  # noqa: F401
from ..tests.stress import Place, survive  # type: ignore[import-not-found]


async def test_two_replicas_lose_and_double_nothing_for_long(
    mongo_url: str,  # noqa: F811
    database_name: str,  # noqa: F811
    kafka: str,  # noqa: F811
    key_ring_file: Path,  # noqa: F811
    domain_file: Path,  # noqa: F811
) -> None:
    place = Place(mongo_url=mongo_url, database=database_name, kafka=kafka, ring=key_ring_file, clock_file=domain_file)
    tiktok = await survive(place, rounds=100, workspaces=12, seed=17)
    assert tiktok.refreshes > 50
