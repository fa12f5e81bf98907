"""The aggregator's commands, run as an operator runs them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from .conftest import Rig

# A command that hangs fails its test, not the whole run.
SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    status: int
    lines: list[str]
    errors: str


@asynccontextmanager
async def started(rig: Rig, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command while it runs; it is killed at the end if it has not ended."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "metrics_aggregator", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TOA_KAFKA_BOOTSTRAP": rig.kafka, "TOA_CLICKHOUSE_URL": rig.clickhouse},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def run_command(rig: Rig, *arguments: str) -> Done:
    async with started(rig, *arguments) as process, asyncio.timeout(SECONDS):
        out, errors = await process.communicate()
    return Done(status=process.returncode or 0, lines=out.decode().splitlines(), errors=errors.decode())
