"""The commands of the laptop system."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta

import httpx

from common.runtime.clock import read_anchor, set_clock
from embedded import jars, kafka_training, web_build
from embedded.errors import EmbeddedError
from embedded.home import Home, read_json
from embedded.system import Options, running

START_SECONDS = 300.0
STOP_SECONDS = 120.0


class CommandFailed(EmbeddedError):
    """A command cannot do what it was asked; says what to do instead."""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def setup(_: Home, __: Options) -> None:
    """Fetch what is missing and build the page."""
    began = time.monotonic()
    jars.ensure(jars.locked(), folder=jars.default_folder())
    async with asyncio.TaskGroup() as tasks:
        building = tasks.create_task(asyncio.to_thread(web_build.ensure))
        tasks.create_task(kafka_training.train())
    if building.result():
        _say(f"set up in {time.monotonic() - began:.1f} s")


async def run(home: Home, options: Options) -> None:
    """Run in the foreground until Ctrl-C or `stop`."""
    began = time.monotonic()
    stop = _stop_signal()
    main = asyncio.ensure_future(_run(home, options, began))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({main, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set() and not main.done():
        main.cancel()
    stopping.cancel()
    try:
        await main
    except asyncio.CancelledError:
        _say("stopped")


async def _run(home: Home, options: Options, began: float) -> None:
    await setup(home, options)
    async with running(home, _say, options) as system:
        _say(f"\nready after {time.monotonic() - began:.1f} s")
        _say(f"  page      {system.addresses.url('front')}")
        _say(f"  sign in   {system.workspace.email}  {system.workspace.password}")
        _say(f"  API key   {system.workspace.api_key}")
        _say(f"  mailbox   {system.addresses.url('mailbox')}")
        _say(f"  logs      {home.folder / 'logs'}\n")
        await system.supervisor.watch()


async def start(home: Home, _: Options) -> None:
    """Run in the background; returns when ready."""
    state = read_json(home.state)
    if state and _alive(state["supervisor"]):
        raise CommandFailed(f"a system is running already on {home.folder}; stop it first: make stop")
    home.ready.unlink(missing_ok=True)
    log = home.log("supervisor")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "embedded",
            "--data",
            str(home.folder),
            "run",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while process.returncode is None and time.monotonic() < deadline:
        ready = read_json(home.ready)
        if ready:
            _say(f"ready: {ready['web']}  sign in as {ready['email']} with {ready['password']}")
            return
        await asyncio.sleep(0.1)
    raise CommandFailed(f"the system did not start: {_last_line(log.read_text())} (all of it: {log})")


async def stop(home: Home, _: Options) -> None:
    """End a system started by `start` or `run`."""
    state = read_json(home.state)
    if not state or not _alive(state["supervisor"]):
        _say("nothing is running")
        return
    os.kill(state["supervisor"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _alive(state["supervisor"]):
        if time.monotonic() > deadline:
            raise CommandFailed(
                f"process {state['supervisor']} did not end within {STOP_SECONDS:g} s; look at {home.log('supervisor')}"
            )
        await asyncio.sleep(0.1)
    _say("stopped")


async def status(home: Home, _: Options) -> None:
    """Say of each part whether it lives and is ready."""
    state, ready = read_json(home.state), read_json(home.ready)
    if not state:
        _say("nothing is running")
        return
    health: Mapping[str, str] = ready["health"] if ready else {}
    for name, pid in state["pids"].items():
        _say(f"{name:20} pid {pid:<8} {await _condition(pid, health.get(name))}")
        if address := health.get(name):
            _say(f"{'':20} {address}/metrics")
    _say(f"page: {ready['web']}" if ready else "not ready yet")


def move_clock(home: Home, *, by: timedelta, rate: float | None) -> None:
    """Show the domain clock of `home`; move it forward by `by`, and change how fast it runs."""
    if not home.clock.exists():
        raise CommandFailed("there is no clock yet; start the system first")
    now = read_anchor(home.clock).at(time.time() * 1000)
    if by or rate:
        try:
            set_clock(home.clock, now=now + by, rate=rate)
        except ValueError as error:
            raise CommandFailed(str(error)) from error
    anchor = read_anchor(home.clock)
    _say(f"{anchor.at(time.time() * 1000):%Y-%m-%d %H:%M:%S} UTC, {anchor.rate:g} times as fast as real time")


Command = Callable[[Home, Options], Coroutine[None, None, None]]

COMMANDS: Mapping[str, tuple[Command, str]] = {
    "setup": (setup, "fetch what is missing and build the page"),
    "run": (run, "run in the foreground until Ctrl-C"),
    "start": (start, "run in the background"),
    "stop": (stop, "end a running system"),
    "status": (status, "say of each part whether it lives and is ready"),
}


def _stop_signal() -> asyncio.Event:
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, event.set)
    return event


async def _condition(pid: int, address: str | None) -> str:
    if not _alive(pid):
        return "dead"
    if address is None:
        return "alive"
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            answer = await client.get(f"{address}/readyz")
        except httpx.HTTPError as error:
            return f"alive, does not answer: {error!r}"
    return "ready" if answer.is_success else f"alive, not ready: {answer.text[:200]}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
