"""How often a share link may be asked with, counted by each replica for itself in windows of a minute."""

from datetime import timedelta

from common.runtime.clock import Clock

MOST_A_MINUTE = 240
_MINUTE = timedelta(minutes=1)


class WindowedLinks:
    def __init__(self, wall: Clock) -> None:
        self._wall = wall
        self._minute = 0
        self._counts: dict[str, int] = {}

    def wait(self, link: str) -> int:
        minute, within = divmod(self._wall.now().timestamp(), _MINUTE.total_seconds())
        if minute != self._minute:
            self._minute, self._counts = int(minute), {}
        self._counts[link] = self._counts.get(link, 0) + 1
        return 0 if self._counts[link] <= MOST_A_MINUTE else 1 + int(_MINUTE.total_seconds() - within)
