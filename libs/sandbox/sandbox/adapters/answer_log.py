"""Every answer given, one JSON line each, in a file that outlives the process."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from sandbox.ports import Answer


class FileAnswerLog:
    """Appends with one write per line; a line cut short by a kill is removed at the next start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._starts = _whole_lines(path)
        os.ftruncate(self._file, self._starts[-1])

    def close(self) -> None:
        os.close(self._file)

    def append(self, answer: Answer) -> None:
        line = _line(len(self._starts), answer)
        os.write(self._file, line)
        self._starts.append(self._starts[-1] + len(line))

    def last(self) -> int:
        return len(self._starts) - 1

    def lines(self, *, after: int, until: int) -> Iterator[bytes]:
        for number in range(max(0, after), min(until, self.last())):
            start, end = self._starts[number], self._starts[number + 1]
            yield os.pread(self._file, end - start - 1, start)


def _line(number: int, answer: Answer) -> bytes:
    head = {
        "n": number,
        "at": answer.at.isoformat(timespec="microseconds"),
        "path": answer.path,
        "open_id": answer.open_id,
        "params": dict(answer.params),
        "http_status": answer.http_status,
        "fault": answer.fault,
        "sent": answer.sent,
    }
    return f'{json.dumps(head)[:-1]}, "body": {"null" if answer.body is None else answer.body}}}\n'.encode()


def _whole_lines(path: Path) -> list[int]:
    """Where each whole line starts, and where the last one ends."""
    starts = [0]
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                starts.append(starts[-1] + len(line))
    return starts
