"""A table of ratios on the screen and everything that was measured in a file."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that must hold: `ratio` is at least (or at most) `limit`. `n` is how often each side was measured."""

    name: str
    ratio: float
    limit: float
    at_most: bool = False
    n: int
    said: str
    """Both sides in absolute numbers, which mean something on the same machine and hour only."""
    runs: Sequence[Any] = field(default_factory=tuple)

    @property
    def holds(self) -> bool:
        return self.ratio <= self.limit if self.at_most else self.ratio >= self.limit


def table(lines: Sequence[Line]) -> str:
    rows = [("", "ratio", "must be", "n", "measured")]
    for line in lines:
        limit = f"{'<=' if line.at_most else '>='} {line.limit:g}"
        rows.append((line.name, f"{line.ratio:.2f}{'' if line.holds else ' !'}", limit, str(line.n), line.said))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows
    )


def write(lines: Sequence[Line]) -> Path:
    """One file per run of the benchmarks."""
    now = datetime.now(UTC)
    told = {
        "at": now.isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "lines": [{**asdict(line), "holds": line.holds} for line in lines],
    }
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{now:%Y-%m-%dT%H%M%SZ}.json"
    file.write_text(json.dumps(told, indent=1))
    return file
