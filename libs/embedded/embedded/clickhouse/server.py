"""The life of the process: claim the data folder, open the engine, serve, stop within two seconds."""

import argparse
import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import uvicorn

from common.runtime import logs, process
from embedded import data_folder, ports
from embedded.clickhouse import config, errors
from embedded.clickhouse.engine import Engine
from embedded.clickhouse.gateway import Gateway
from embedded.clickhouse.guard import Guard
from embedded.clickhouse.heads import Server
from embedded.clickhouse.runner import Runner
from embedded.errors import DataFolderError

# After a stop signal statements get this long to end, then they are killed; in seconds. All of it is below two.
_GRACE_SECONDS = 0.3
_KILLING_SECONDS = 0.7
# Answers that their clients do not read are cut after it.
_SENDING_SECONDS = 1
# Longer than clients keep an idle connection in their pools, so that they never send on a closing one.
_KEEP_ALIVE_SECONDS = 300
_DISPLAY_NAME = "embedded"


class _Uvicorn(uvicorn.Server):
    """Leaves the signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded.clickhouse", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    logs.configure_logs("clickhouse")
    data_folder.claim(arguments.data, part="clickhouse")
    ports.require_free(arguments.port, part="clickhouse")
    process.run(partial(_serve, arguments.data.resolve(), arguments.port))


async def _serve(folder: Path, port: int, stop: asyncio.Event) -> None:
    engine = _open(folder)
    runner = Runner(engine)
    app = Gateway(runner, guard=_guard(engine), server=_server(engine), spool=folder / config.SPOOL)
    server = _Uvicorn(
        uvicorn.Config(
            app,
            host=ports.HOST,
            port=port,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_SENDING_SECONDS,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_end(server, runner, stop))
        await server.serve()
        stop.set()
    if not await runner.drain(_KILLING_SECONDS):
        # Something in the engine does not let itself be killed; the data bears that, as it bears kill -9.
        os._exit(0)
    engine.close()


async def _end(server: uvicorn.Server, runner: Runner, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
    if not await runner.drain(_GRACE_SECONDS):
        await runner.kill_all()


def _open(folder: Path) -> Engine:
    try:
        return Engine(folder)
    except RuntimeError as error:
        reason = errors.from_engine(str(error)).text
        raise DataFolderError(
            f"clickhouse cannot open its data in {folder}: {reason}; move the folder away to start with an empty one"
        ) from error


def _guard(engine: Engine) -> Guard:
    return Guard.against(
        functions=engine.values("SELECT name FROM system.table_functions"),
        engines=engine.values(
            "SELECT name FROM system.table_engines UNION ALL SELECT name FROM system.database_engines"
        ),
    )


def _server(engine: Engine) -> Server:
    (version,) = engine.values("SELECT version()")
    (timezone,) = engine.values("SELECT serverTimezone()")
    return Server(name=_DISPLAY_NAME, version=version, timezone=timezone)
