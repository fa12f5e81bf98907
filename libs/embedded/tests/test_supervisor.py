"""The supervisor with small parts: order of need, restarts with a limit, reverse stop, nobody left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from embedded.home import Home
from embedded.parts import Part, Ready
from embedded.supervisor import MOST_RESTARTS, PartFailed, Supervisor

DEADLINE_SECONDS = 120.0

# Tells its start and its end in a common file, and its own file says that it is ready.
LIVES = """
import pathlib, signal, sys, threading
name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
def tell(what):
    with (folder / "story").open("a") as file:
        file.write(f"{name} {what}\\n")
end = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: end.set())
tell("starts")
(folder / name).touch()
end.wait()
tell("ends")
"""

# Lives until the test has seen it ready; every later life of it ends at once.
DIES_WHEN_TOLD = LIVES.replace(
    "end.wait()", "while not (folder / 'die').exists(): end.wait(0.01)\nsys.exit('the disk is on fire')"
)


def part(name: str, folder: Path, *needs: str, code: str = LIVES, ready: Ready | None = None) -> Part:
    command = (sys.executable, "-c", code, name, str(folder))
    return Part(name=name, command=command, needs=needs, ready=ready or exists(folder / name))


def once(name: str, folder: Path, code: str) -> Part:
    return Part(name=name, command=(sys.executable, "-c", code, name, str(folder)))


def exists(path: Path) -> Ready:
    async def ready() -> None:
        await until(path.exists)

    return ready


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def supervised(folder: Path, *parts: Part) -> AsyncIterator[tuple[Supervisor, list[str]]]:
    said: list[str] = []
    supervisor = Supervisor(Home(folder), parts, say=said.append, changed=lambda: None)
    try:
        yield supervisor, said
    finally:
        await supervisor.stop()


def story(folder: Path) -> list[str]:
    return (folder / "story").read_text().splitlines()


async def test_parts_start_after_what_they_need_and_stop_in_reverse(tmp_path: Path) -> None:
    three = part("three", tmp_path, "two"), part("two", tmp_path, "one"), part("one", tmp_path)
    async with supervised(tmp_path, *three) as (supervisor, _):
        await supervisor.start()
        assert story(tmp_path) == ["one starts", "two starts", "three starts"]
    assert story(tmp_path)[3:] == ["three ends", "two ends", "one ends"]


async def test_a_part_ends_after_all_that_need_it_also_by_way_of_a_task(tmp_path: Path) -> None:
    job = replace(once("job", tmp_path, "pass"), needs=("one",))
    users = (part(name, tmp_path, "job") for name in ("left", "right"))
    async with supervised(tmp_path, *users, job, part("one", tmp_path)) as (supervisor, _):
        await supervisor.start()
    *first, last = story(tmp_path)[3:]
    assert set(first) == {"left ends", "right ends"}
    assert last == "one ends"


async def test_a_part_that_dies_is_started_again(tmp_path: Path) -> None:
    async with supervised(tmp_path, part("one", tmp_path)) as (supervisor, said):
        await supervisor.start()
        watching = asyncio.ensure_future(supervisor.watch())
        first = supervisor.pids["one"]
        os.kill(first, signal.SIGKILL)
        await until(lambda: story(tmp_path) == ["one starts", "one starts"])
        assert supervisor.pids["one"] != first
        assert any("one died with -9" in line for line in said)
        watching.cancel()


async def test_a_part_that_dies_too_often_ends_the_system_with_one_clear_line(tmp_path: Path) -> None:
    dies = part("one", tmp_path, code=DIES_WHEN_TOLD)
    async with supervised(tmp_path, dies) as (supervisor, said):
        await supervisor.start()
        (tmp_path / "die").touch()
        with pytest.raises(PartFailed) as failed:
            await asyncio.wait_for(supervisor.watch(), DEADLINE_SECONDS)
    assert f"died {MOST_RESTARTS} times" in str(failed.value)
    assert "the disk is on fire" in str(failed.value)
    assert str(tmp_path / "logs" / "one.log") in str(failed.value)
    assert len(str(failed.value).splitlines()) == 1
    assert len(said) > 1


async def test_a_preparation_that_fails_stops_the_start_with_its_last_words(tmp_path: Path) -> None:
    failing = once("prepare", tmp_path, "import sys; sys.exit('no such table')")
    async with supervised(tmp_path, part("one", tmp_path, "prepare"), failing) as (supervisor, _):
        with pytest.raises(PartFailed, match="prepare ended with 1: no such table"):
            await supervisor.start()
    assert not (tmp_path / "story").exists()


async def test_a_part_that_dies_before_it_is_ready_is_told_at_once(tmp_path: Path) -> None:
    async with supervised(tmp_path, part("one", tmp_path, code="import sys; sys.exit('port taken')")) as (started, _):
        with pytest.raises(PartFailed, match="one ended with 1 before it was ready: port taken"):
            await asyncio.wait_for(started.start(), DEADLINE_SECONDS)


async def test_a_part_that_ignores_the_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedded.supervisor.STOP_SECONDS", 0.2)
    deaf = LIVES.replace("lambda *_: end.set()", "signal.SIG_IGN")
    async with supervised(tmp_path, part("one", tmp_path, code=deaf)) as (supervisor, said):
        await supervisor.start()
        pid = supervisor.pids["one"]
    assert not Path(f"/proc/{pid}").exists()
    assert any("was killed" in line for line in said)


async def test_parts_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    script = f"""
import asyncio, pathlib, sys
from embedded.home import Home
from embedded.parts import Part
from embedded.supervisor import Supervisor
folder = pathlib.Path({str(tmp_path)!r})
async def ready(): (folder / "pid").write_text(str(supervisor.pids["one"]))
part = Part(name="one", command=(sys.executable, "-c", "import time; time.sleep(600)"), ready=ready)
supervisor = Supervisor(Home(folder), [part], say=print, changed=lambda: None)
async def main():
    await supervisor.start()
    await asyncio.Event().wait()
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    await until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
    pid = int((tmp_path / "pid").read_text())
    assert lives(pid)
    process.kill()
    assert await process.wait() == -signal.SIGKILL
    await until(lambda: not lives(pid))
    assert not lives(pid)


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked for is none."""
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
