"""Starts, kills and stops the laptop's Kafka and Mongo for tests: each on free ports and a folder of its own."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

from embedded import ports, readiness


class Process:
    """One part's process. `stop` and `kill` wait for its end."""

    def __init__(self, folder: Path, module: str) -> None:
        self.folder = folder
        self.log = folder.with_suffix(".log")
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def spawn(self, *arguments: str) -> None:
        line = [sys.executable, "-m", self._module, "--data", str(self.folder), *arguments]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(line, stdout=log, stderr=log)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self, *, within: float = 60) -> int:
        """The exit status after SIGTERM."""
        return self._end(signal.SIGTERM, within=within)

    def _end(self, number: signal.Signals, *, within: float = 60) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(within)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()


class MongoServer(Process):
    """Every start takes another port."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "embedded.mongo")
        self.port = 0

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true&retryWrites=false"

    async def start(self) -> Self:
        self.port = ports.choose({"mongo": 0})["mongo"]
        self.spawn("--port", str(self.port))
        await readiness.mongo(self.url)
        return self


class KafkaServer(Process):
    """A first start takes free ports; a restart keeps them, unless it is told to move."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "embedded.kafka")
        self._ports = {"kafka": 0, "controller": 0}

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self._ports['kafka']}"

    async def start(self, *, move: bool = False) -> Self:
        self._ports = ports.choose(dict.fromkeys(self._ports, 0) if move else self._ports)
        self.spawn("--port", str(self._ports["kafka"]), "--controller-port", str(self._ports["controller"]))
        await readiness.kafka(self.bootstrap)
        return self


async def ended_with_line(*arguments: str) -> tuple[int, list[str]]:
    """The exit status of a command that should refuse, and what it said on standard error."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(120):
        _, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode().splitlines()
