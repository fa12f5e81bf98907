"""One process: a stop signal from SIGTERM or SIGINT, HTTP servers that end with it, tasks that fail together."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
import uvloop
from starlette.types import ASGIApp

# Open requests get this long to end after a stop signal, in seconds; then their connections are closed, and what does
# not end with its connection is cancelled.
DRAIN_SECONDS = 5
HANG_UP_SECONDS = 1
# Longer than any client of ours keeps an idle connection, so that none writes into one that is just being closed.
KEEP_ALIVE_SECONDS = 75


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to the process, which may hold several servers.

    Who still waits when it ends is hung up on, where uvicorn would answer 500: nothing has failed.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        hanging_up = asyncio.get_running_loop().call_later(DRAIN_SECONDS, self._hang_up)
        try:
            await super().shutdown(sockets)
        finally:
            hanging_up.cancel()

    def _hang_up(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.close()


def run(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `main(stop)` on uvloop; `stop` is set by SIGTERM or SIGINT."""
    uvloop.run(_with_signals(main))


async def _with_signals(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await main(stop)


async def serve(
    app: ASGIApp, *, host: str, port: int, stop: asyncio.Event, date_header: bool = True, first: bool = False
) -> None:
    """Serve `app` until `stop`; then let open requests end. Without `date_header` the app gives its own `Date`.

    The `first` server that clients meet believes nobody about where a request came from; one behind it believes the
    proxies named in FORWARDED_ALLOW_IPS, by default those of its own machine.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        date_header=date_header,
        timeout_graceful_shutdown=DRAIN_SECONDS + HANG_UP_SECONDS,
        proxy_headers=not first,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as tasks:
        ending = tasks.create_task(_end(server, stop))
        await server.serve()
        if not stop.is_set():
            ending.cancel()
            raise RuntimeError(f"the server on {host}:{port} ended by itself; is the port taken?")


async def _end(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True


async def until_stopped(work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Run endless `work` and cancel it at `stop`; an error of `work` is raised."""
    task = asyncio.ensure_future(work())
    waiter = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
        if not task.done():
            task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
