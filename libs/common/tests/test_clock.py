"""The domain clock: runs, jumps, never goes back, and every process sees the same one."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.runtime.clock import Anchor, FileClock, WallClock, domain_clock, jump_clock, set_clock, wait_until

START = datetime(2026, 3, 10, 12, tzinfo=UTC)
BLINK = timedelta(seconds=5)


def test_time_is_a_line_over_wall_time() -> None:
    anchor = Anchor(anchor_domain_ms=1_000_000, anchor_wall_ms=500, rate=60.0)
    assert anchor.at(500) == datetime.fromtimestamp(1000, UTC)
    assert anchor.at(1500) == datetime.fromtimestamp(1060, UTC)


def test_a_running_clock_sees_a_jump_made_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    set_clock(path, now=START)
    clock = FileClock(path)
    assert START <= clock.now() < START + BLINK
    jump_clock(path, timedelta(days=3))
    assert START + timedelta(days=3) <= clock.now() < START + timedelta(days=3) + BLINK


def test_a_change_of_rate_does_not_move_the_time(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    set_clock(path, now=START)
    set_clock(path, rate=0.5)
    assert START <= FileClock(path).now() < START + BLINK


@pytest.mark.parametrize(
    ("now", "rate", "reason"),
    [
        (START - timedelta(seconds=1), None, "only moves forward"),
        (None, 0.0, "always runs"),
        (None, -1.0, "always runs"),
    ],
)
def test_it_never_goes_back_and_never_stands_still(
    tmp_path: Path, now: datetime | None, rate: float | None, reason: str
) -> None:
    path = tmp_path / "clock.json"
    set_clock(path, now=START)
    before = path.read_text()
    with pytest.raises(ValueError, match=reason):
        set_clock(path, now=now, rate=rate)
    assert path.read_text() == before


def test_a_file_that_is_no_clock_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    path.write_text(json.dumps({"now": "later"}))
    with pytest.raises(ValueError, match=str(path)):
        FileClock(path)


async def test_waiting_ends_when_the_clock_is_moved(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    set_clock(path, now=START)
    waiting = asyncio.ensure_future(wait_until(FileClock(path), START + timedelta(days=1)))
    await asyncio.sleep(0)
    assert not waiting.done()
    jump_clock(path, timedelta(days=2))
    await asyncio.wait_for(waiting, 120)


def test_without_a_file_it_is_real_time() -> None:
    assert isinstance(domain_clock(None), WallClock)
