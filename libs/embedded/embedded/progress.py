"""Shows how far downloads are: bars on a terminal, a line now and then elsewhere."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

# Called with (part, bytes that came in), from any thread.
Advance = Callable[[str, int], None]

# Without a terminal: a line each time this many bytes of a part came in.
LINE_EVERY_BYTES = 10_000_000


@contextmanager
def shown(totals: Mapping[str, int]) -> Iterator[Advance]:
    """Show the download of each part in `totals` (bytes) on standard error; yields the function to report with."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bars(console, totals) as advance:
            yield advance
    else:
        yield _Lines(console, totals).advance


@contextmanager
def _bars(console: Console, totals: Mapping[str, int]) -> Iterator[Advance]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as bars:
        tasks = {part: bars.add_task(part, total=total) for part, total in totals.items()}

        def advance(part: str, count: int) -> None:
            bars.advance(tasks[part], count)

        yield advance


class _Lines:
    """One line per `LINE_EVERY_BYTES` and one at the end of a part."""

    def __init__(self, console: Console, totals: Mapping[str, int]) -> None:
        self._console = console
        self._totals = totals
        self._sums = dict.fromkeys(totals, 0)
        self._lock = threading.Lock()

    def advance(self, part: str, count: int) -> None:
        with self._lock:
            before = self._sums[part]
            self._sums[part] = now = before + count
            if now // LINE_EVERY_BYTES > before // LINE_EVERY_BYTES or now == self._totals[part]:
                self._console.print(f"{part}: {now / 1e6:.1f} of {self._totals[part] / 1e6:.1f} MB", highlight=False)
