"""Starting parts as processes. Python parts are forked from a server that has imported their libraries already.

Importing the same libraries in nine processes is most of what a start costs on two cores. The fork server (the standard
library's own) imports them once; each part is still a process of its own, with its own environment, log and signals.
"""

import asyncio
import ctypes
import multiprocessing
import os
import runpy
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Protocol

import setproctitle

# Libraries only, none of ours: they are the same for every part and hold no settings.
PRELOADED = (
    "aiohttp",
    "aiokafka",
    "aiosmtplib",
    "authlib.oidc.core",
    "clickhouse_connect.driver.asyncclient",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "fastapi",
    "httpx",
    "jinja2",
    "jwt",
    "motor.motor_asyncio",
    "prometheus_client",
    "pydantic_settings",
    "structlog",
    "uvicorn",
    "uvloop",
)
_PR_SET_PDEATHSIG = 1


class Child(Protocol):
    """A started process."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        ...

    async def wait(self) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


async def start(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path, servers: ForkServerContext | None
) -> Child:
    """Start `command` in a session of its own, with its output at the end of `log`.

    With `servers`, a `python -m module …` is forked from the server.
    """
    if servers and tuple(command[:2]) == (sys.executable, "-m"):
        return await _forked(servers, command[2:], environment, log)
    with log.open("ab") as file:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environment),
            # Ctrl-C reaches the supervisor alone, which then ends the parts in order.
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


def fork_servers() -> ForkServerContext:
    """Let the server to fork from begin with its imports; returns at once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    forkserver.ensure_running()
    return context


def _die_with_parent() -> None:
    """On Linux: let the kernel kill this process when its parent ends, whatever ended that, so that none is left."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class _Forked:
    """A forked process under asyncio."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self._ended = asyncio.Event()
        loop = asyncio.get_running_loop()

        def ended() -> None:
            loop.remove_reader(process.sentinel)
            self._ended.set()

        # Readable once the process has ended.
        loop.add_reader(process.sentinel, ended)

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode if self._ended.is_set() else None

    async def wait(self) -> int:
        await self._ended.wait()
        return self._process.exitcode or 0

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


async def _forked(
    servers: ForkServerContext, module: Sequence[str], environment: Mapping[str, str], log: Path
) -> Child:
    process = servers.Process(target=_become, args=(tuple(module), dict(environment), str(log)))
    # Waits for the server to have imported everything, the first time.
    await asyncio.to_thread(process.start)
    return _Forked(process)


def _become(module: tuple[str, ...], environment: dict[str, str], log: str) -> None:
    """In the forked process: turn into `python -m module …`."""
    threading.Thread(target=_die_with_supervisor, name="supervisor-watch", daemon=True).start()
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(environment)
    name, *arguments = module
    sys.argv = [name, *arguments]
    setproctitle.setproctitle(" ".join(("python -m", *module)))
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _die_with_supervisor() -> None:
    """The kernel would tell of the fork server's end only, and that lives as long as what it forked."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGKILL)
