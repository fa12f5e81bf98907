"""Many kills of the embedded Kafka under a producer; the tests do two."""

from pathlib import Path

# pytest names modules from the repository's root, mypy from this member's.
from ..tests.kafka_kills import survive_kills  # type: ignore[import-not-found]
from ..tests.servers import KafkaServer  # type: ignore[import-not-found]


async def test_acknowledged_messages_survive_twenty_kills(tmp_path: Path) -> None:
    with KafkaServer(tmp_path / "kafka") as server:
        await server.start()
        assert await survive_kills(server, rounds=20) > 5_000
