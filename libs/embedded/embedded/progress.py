"""Shows how far downloads are: bars on a terminal, a line now and then elsewhere."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from tqdm import tqdm

# Called with (part, bytes that came in), from any thread.
Advance = Callable[[str, int], None]

# Without a terminal: a line each time this many bytes of a part came in.
LINE_EVERY_BYTES = 10_000_000


@contextmanager
def shown(totals: Mapping[str, int]) -> Iterator[Advance]:
    """Show the download of each part in `totals` (bytes) on standard error; yields the function to report with."""
    if sys.stderr.isatty():
        with _bars(totals) as advance:
            yield advance
    else:
        yield _Lines(totals).advance


@contextmanager
def _bars(totals: Mapping[str, int]) -> Iterator[Advance]:
    with ExitStack() as open_bars:
        bars = {
            part: open_bars.enter_context(tqdm(desc=part, total=total, unit="B", unit_scale=True, file=sys.stderr))
            for part, total in totals.items()
        }

        def advance(part: str, count: int) -> None:
            bars[part].update(count)

        yield advance


class _Lines:
    """One line per `LINE_EVERY_BYTES` and one at the end of a part."""

    def __init__(self, totals: Mapping[str, int]) -> None:
        self._totals = totals
        self._sums = dict.fromkeys(totals, 0)
        self._lock = threading.Lock()

    def advance(self, part: str, count: int) -> None:
        with self._lock:
            before = self._sums[part]
            self._sums[part] = now = before + count
            if now // LINE_EVERY_BYTES > before // LINE_EVERY_BYTES or now == self._totals[part]:
                sys.stderr.write(f"{part}: {now / 1e6:.1f} of {self._totals[part] / 1e6:.1f} MB\n")
