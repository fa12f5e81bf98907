"""A ClickHouse without any table, for a module of tests."""

from collections.abc import AsyncIterator

import pytest

from embedded import ports
from embedded.home import Home
from embedded.parts import USUAL_PORTS, Addresses, system_parts
from embedded.supervisor import Supervisor


@pytest.fixture(scope="module")
async def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    addresses = Addresses(ports=ports.choose(dict.fromkeys(USUAL_PORTS, 0)))
    home = Home(tmp_path_factory.mktemp("clickhouse"))
    parts = [part for part in system_parts(home, addresses) if part.name == "clickhouse"]
    supervisor = Supervisor(home, parts, say=print, changed=lambda: None)
    try:
        await supervisor.start()
        yield addresses.clickhouse
    finally:
        await supervisor.stop()
