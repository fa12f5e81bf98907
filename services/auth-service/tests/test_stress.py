"""Two replicas connect, refresh, disconnect and relay at once; nothing is lost or doubled. The soak does it long."""

from pathlib import Path

from .stress import Place, survive


async def test_two_replicas_lose_and_double_nothing(
    mongo_url: str, database_name: str, kafka: str, key_ring_file: Path, domain_file: Path
) -> None:
    place = Place(mongo_url=mongo_url, database=database_name, kafka=kafka, ring=key_ring_file, clock_file=domain_file)
    tiktok = await survive(place, rounds=8, workspaces=6, seed=5)
    assert tiktok.revocations > 0, "in the end everybody left"
