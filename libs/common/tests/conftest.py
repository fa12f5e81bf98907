"""Real Kafka and ClickHouse on free ports and a temporary folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from embedded import ports
from embedded.home import Home
from embedded.parts import USUAL_PORTS, Addresses, system_parts
from embedded.supervisor import Supervisor


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Addresses]:
    home = Home(Path(tmp_path_factory.mktemp("common")))
    addresses = Addresses(ports=ports.choose(dict.fromkeys(USUAL_PORTS, 0)))
    stores = [part for part in system_parts(home, addresses) if part.name in ("kafka", "clickhouse")]
    supervisor = Supervisor(home, stores, say=print, changed=lambda: None)
    try:
        await supervisor.start()
        yield addresses
    finally:
        await supervisor.stop()
