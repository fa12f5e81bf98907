"""The whole system under faults: parts killed, stop and start, side by side, and what it says when it cannot."""

import asyncio
import json
import os
import signal
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from embedded import ports

from ..running_system import START_SECONDS, STOP_SECONDS, System, running_system, until

PARTS = (
    "kafka",
    "mongo",
    "clickhouse",
    "sandbox",
    "auth-service",
    "ingestor",
    "metrics-aggregator",
    "query-api",
    "front",
)
SPAN = timedelta(days=60)
SECOND = ("--accounts", "3")


async def numbers(system: System) -> dict[str, Any]:
    end = system.now().date() + timedelta(days=1)
    slugs = ("followers", "video_views", "post_engagement", "post_explorer")
    return {slug: (await system.widget(slug, first=end - SPAN, end=end))["rows"] for slug in slugs}


async def numbers_again(system: System) -> dict[str, Any]:
    """The numbers once the system answers again; raises with the last failure when it does not."""
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    while True:
        try:
            return await numbers(system)
        except (AssertionError, httpx.HTTPError):
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(0.2)


@pytest.mark.parametrize("part", PARTS)
async def test_a_killed_part_comes_back_and_no_number_changes(system: System, part: str) -> None:
    before = await numbers_again(system)
    died = system.kill(part)
    await until(lambda: system.pids[part] != died, seconds=START_SECONDS)
    await _ready(system, part)
    assert await numbers_again(system) == before


async def test_two_live_side_by_side_and_neither_a_stop_nor_a_killed_supervisor_loses_anything(
    tmp_path: Path, system: System
) -> None:
    folder = tmp_path / "second"
    async with running_system(folder, *SECOND) as second:
        assert second.web != system.web
        before, accounts = await numbers(second), await second.account_ids()
        assert await numbers(system) != before
    assert not (folder / "ready.json").exists()
    async with running_system(folder, *SECOND) as again:
        assert await again.account_ids() == accounts
        await again.wait_until_consumed()
        _same_but_for_today(before, await numbers(again))
        await _kill_supervisor(folder)
    async with running_system(folder, *SECOND) as after_the_kill:
        assert await after_the_kill.account_ids() == accounts
        await after_the_kill.wait_until_consumed()
        _same_but_for_today(before, await numbers(after_the_kill))


def _same_but_for_today(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Today's real-time follower total may have moved on; every day before it stands, and every post is there."""
    assert {slug: rows[:-1] for slug, rows in after.items() if slug != "post_explorer"} == {
        slug: rows[:-1] for slug, rows in before.items() if slug != "post_explorer"
    }
    assert {row[1] for row in before["post_explorer"]} <= {row[1] for row in after["post_explorer"]}


async def _kill_supervisor(folder: Path) -> None:
    """And see that its processes end too."""
    supervisor = psutil.Process(json.loads((folder / "supervisor.json").read_text())["supervisor"])
    family = supervisor.children(recursive=True)
    assert len(family) >= len(PARTS)
    supervisor.kill()
    await until(lambda: not any(member.is_running() for member in family), seconds=STOP_SECONDS)


async def test_ctrl_c_in_the_middle_of_a_start_stops_everything_and_leaves_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "third"
    process = await _run(folder)
    await until(lambda: (folder / "supervisor.json").exists() and "kafka" in _pids(folder), seconds=START_SECONDS)
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    output, _ = await asyncio.wait_for(process.communicate(), START_SECONDS)
    assert process.returncode == 0
    assert output.decode().splitlines()[-1] == "stopped"
    await until(lambda: not any(member.is_running() for member in family), seconds=STOP_SECONDS)


async def test_a_second_system_on_the_same_folder_is_refused_in_one_line(system: System) -> None:
    process = await _run(system.folder)
    output, _ = await asyncio.wait_for(process.communicate(), START_SECONDS)
    assert process.returncode == 1
    (line,) = output.decode().strip().splitlines()
    assert line.startswith("error: the system is running already on")
    assert "make stop" in line
    assert (system.folder / "ready.json").exists()


async def test_a_busy_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        busy = taken.getsockname()[1]
        chosen = ports.choose({"front": busy})
    assert chosen["front"] != busy


async def _ready(system: System, part: str) -> None:
    if part not in system.health:
        return
    async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(timeout=5) as client:
        while not await _answers(client, f"{system.health[part]}/readyz"):
            await asyncio.sleep(0.1)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False


async def _run(folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "embedded",
        "--data",
        str(folder),
        "run",
        "--free-ports",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def _pids(folder: Path) -> dict[str, int]:
    pids: dict[str, int] = json.loads((folder / "supervisor.json").read_text())["pids"]
    return pids
