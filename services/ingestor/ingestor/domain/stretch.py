"""By how much the intervals are longer than the rhythm's, because the budget does not suffice."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_MINUTE = timedelta(minutes=1)
_WINDOW = timedelta(minutes=2)
# A look after a longer time tells nothing of a rate: the clock jumped, or it runs very fast.
_LONGEST_LOOK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Watches the requests made while work is overdue. `granted` is how many there ever were."""

    ratio: float = 1.0
    granted_per_minute: float = 0.0
    began_at: datetime
    began_granted: int = 0
    looked_at: datetime
    saturated: bool = False
    """Work was overdue at every look since the beginning of the window."""

    def look(self, now: datetime, *, granted: int, wanted: float, late: bool) -> "Stretch":
        """`wanted`: requests a minute by the rhythm. `late`: whether anything is overdue."""
        anew = replace(self, began_at=now, began_granted=granted, looked_at=now, saturated=late)
        if now - self.looked_at > _LONGEST_LOOK:
            return anew
        if now - self.began_at < _WINDOW and late is self.saturated:
            return replace(self, looked_at=now)
        rate = (granted - self.began_granted) / max((now - self.began_at) / _MINUTE, 1.0)
        ratio = max(wanted / rate, 1.0) if self.saturated and late and rate else 1.0
        return replace(anew, ratio=ratio, granted_per_minute=rate)
