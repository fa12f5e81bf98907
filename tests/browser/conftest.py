"""A system of its own for the browser: the story connects a further account, which other tests must not meet."""

from collections.abc import AsyncIterator

import pytest

from ..running_system import System, running_system
from . import nodejs

START = "2026-03-10T12:00:00+00:00"
# One fewer than the sandbox has, so that there is one left to connect.
CONNECTED = "3"


@pytest.fixture(scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    folder = tmp_path_factory.mktemp("browser-system")
    async with running_system(folder, "--now", START, "--accounts", CONNECTED) as started:
        yield started


@pytest.fixture(scope="session")
def node() -> str:
    return nodejs.installed()
