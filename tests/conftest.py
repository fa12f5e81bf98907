"""A whole system for a module of tests, and no longer: its idle parts would slow the others."""

from collections.abc import AsyncIterator

import pytest

from .running_system import System, running_system

# Noon, so that no observation falls on another UTC day by a few milliseconds.
START = "2026-03-10T12:00:00+00:00"


@pytest.fixture(scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    async with running_system(tmp_path_factory.mktemp("system"), "--now", START) as started:
        yield started
