"""The two clocks: the domain clock (TikTok's time, which a laptop may simulate) and the wall clock (our own parts)."""

import asyncio
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

# How often a waiting task looks whether the clock was moved, in wall seconds.
LOOK_EVERY_SECONDS = 0.2


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class WallClock:
    """Real time: for tokens, leases, time-outs and back-off between our own parts."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Domain time as a line over wall time: `anchor_domain_ms` at `anchor_wall_ms`, `rate` times as fast."""

    anchor_domain_ms: int
    anchor_wall_ms: int
    rate: float

    def at(self, wall_ms: float) -> datetime:
        milliseconds = self.anchor_domain_ms + (wall_ms - self.anchor_wall_ms) * self.rate
        return datetime.fromtimestamp(milliseconds / 1000, UTC)


class FileClock:
    """A domain clock that follows a file, so that every process of a laptop sees the same simulated time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = (-1, -1)
        self._anchor = self._read()

    def now(self) -> datetime:
        if self._file_stamp() != self._stamp:
            self._anchor = self._read()
        return self._anchor.at(time.time() * 1000)

    def _file_stamp(self) -> tuple[int, int]:
        status = self._path.stat()
        return status.st_mtime_ns, status.st_ino

    def _read(self) -> Anchor:
        self._stamp = self._file_stamp()
        return read_anchor(self._path)


def read_anchor(path: Path) -> Anchor:
    try:
        return Anchor(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise ValueError(f"clock file {path} is not {{anchor_domain_ms, anchor_wall_ms, rate}}: {error}") from error


def set_clock(path: Path, *, now: datetime | None = None, rate: float | None = None) -> Anchor:
    """Start or move the clock file, atomically. It only moves forward and never stands still."""
    wall_ms = int(time.time() * 1000)
    present = read_anchor(path) if path.exists() else Anchor(anchor_domain_ms=wall_ms, anchor_wall_ms=wall_ms, rate=1.0)
    target = now or present.at(wall_ms)
    if path.exists() and target < present.at(wall_ms):
        raise ValueError(f"the domain clock only moves forward: it is {present.at(wall_ms)}, not yet {target}")
    new_rate = present.rate if rate is None else rate
    if not new_rate > 0:
        raise ValueError(f"the domain clock always runs: a rate of {new_rate} is not above 0")
    anchor = Anchor(anchor_domain_ms=int(target.timestamp() * 1000), anchor_wall_ms=wall_ms, rate=new_rate)
    _replace(path, json.dumps(asdict(anchor)))
    return anchor


def jump_clock(path: Path, by: timedelta) -> Anchor:
    """Move the clock of `path` forward by `by` and keep its rate."""
    return set_clock(path, now=read_anchor(path).at(time.time() * 1000) + by)


def domain_clock(path: Path | None) -> Clock:
    """The clock that `TOA_CLOCK_FILE` names, or real time where it names none."""
    return FileClock(path) if path else WallClock()


async def wait_until(clock: Clock, moment: datetime) -> None:
    """Return once `clock` has reached `moment`, also when it is moved forward meanwhile."""
    while (left := (moment - clock.now()).total_seconds()) > 0:
        await asyncio.sleep(min(left, LOOK_EVERY_SECONDS))


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    Path(temporary).replace(path)
