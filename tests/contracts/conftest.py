"""What the contract tests read: the published schemas, the AsyncAPI document and the examples written by hand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.bus.admin import apply_topics
from common.events.contracts import EVENTS, folder_of
from common.events.envelope import Event
from embedded.testing.servers import KAFKA, server

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts"


def examples() -> list[tuple[type[Event], Path]]:
    return [
        (event, path)
        for event in EVENTS
        for path in sorted((CONTRACTS / "examples" / folder_of(event.topic)).glob("*.json"))
    ]


def schema_at(root: Path, event: type[Event]) -> dict[str, Any]:
    """The schema in the files below `root`: the present ones' or a release's."""
    schema: dict[str, Any] = json.loads((root / "events" / f"{folder_of(event.topic)}.schema.json").read_text())
    return schema


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Kafka, empty."""
    with server(KAFKA, tmp_path_factory.mktemp("contracts")) as address:
        yield address


@pytest.fixture(scope="session")
async def servers(kafka_server: str) -> str:
    """A Kafka with all topics: its address."""
    await apply_topics(kafka_server)
    return kafka_server
