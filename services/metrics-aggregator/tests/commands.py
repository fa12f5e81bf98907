"""The aggregator's commands, run as an operator runs them."""

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from metrics_aggregator.bootstrap.commanding import execute
from metrics_aggregator.entrypoints import command_line
from metrics_aggregator.rollups import ROLLUPS

from .conftest import Rig

# A command that hangs fails its test, not the whole run.
SECONDS = 300


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
        env={**os.environ, **_environment(rig)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def run_command(rig: Rig, *arguments: str) -> Done:
    """To its end, in this process: starting Python takes longer than most commands."""
    out, errors = io.StringIO(), io.StringIO()
    with patch.dict(os.environ, _environment(rig)), redirect_stdout(out), redirect_stderr(errors):
        try:
            command = command_line.parse(arguments, rollups=tuple(ROLLUPS))
            assert command is not None
            async with asyncio.timeout(SECONDS):
                status = await execute(command)
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Done(status=status, lines=out.getvalue().splitlines(), errors=errors.getvalue())


def _environment(rig: Rig) -> dict[str, str]:
    return {"TOA_KAFKA_BOOTSTRAP": rig.kafka, "TOA_CLICKHOUSE_URL": rig.clickhouse}
