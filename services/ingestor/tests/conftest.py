"""The laptop platform, started once for the tests that need the real parts."""

from collections.abc import AsyncIterator

import pytest

from .laptop import Laptop
from .laptop import laptop as open_laptop


@pytest.fixture(scope="session")
async def laptop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Laptop]:
    async with open_laptop(tmp_path_factory.mktemp("laptop")) as place:
        yield place
