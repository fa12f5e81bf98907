"""The folder that holds a laptop system's data, logs, keys and state: `.data`, or any other."""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Home:
    folder: Path

    @property
    def clock(self) -> Path:
        return self.folder / "clock.json"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def ready(self) -> Path:
        """Written when the system is ready, removed when it stops."""
        return self.folder / "ready.json"

    @property
    def state(self) -> Path:
        """The supervisor's pid and those of its parts, for `stop` and `status`."""
        return self.folder / "supervisor.json"

    def data(self, part: str) -> Path:
        return self.folder / part

    def log(self, part: str) -> Path:
        return self.folder / "logs" / f"{part}.log"


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replace `path` as a whole, readable by its owner only: a reader sees the old or the new, never half."""
    write_bytes(path, json.dumps(value, indent=1).encode())


def write_bytes(path: Path, content: bytes) -> None:
    """As `write_json`, of any content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(temporary).replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return value
