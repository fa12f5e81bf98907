"""The changes made by hand, one JSON line each; at the next start the world takes them all again."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from sandbox.domain.changes import Change, PostAdded, PostDeleted

_KINDS: dict[str, type[PostAdded] | type[PostDeleted]] = {"added": PostAdded, "deleted": PostDeleted}
_NAMES = {kind: name for name, kind in _KINDS.items()}


class FileChangeBook:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(self._file, sum(map(len, self._whole())))

    def close(self) -> None:
        os.close(self._file)

    def append(self, change: Change) -> None:
        line = json.dumps({"change": _NAMES[type(change)], **asdict(change)})
        os.write(self._file, f"{line}\n".encode())

    def changes(self) -> Iterator[Change]:
        for line in self._whole():
            row = json.loads(line)
            yield _KINDS[row.pop("change")](**row)

    def _whole(self) -> list[bytes]:
        """All lines but one that was cut short by a kill."""
        return [line for line in self._path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
