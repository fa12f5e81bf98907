"""The weekly rhythm of an audience: hours that count for more, and the clock that runs faster in them."""

from itertools import accumulate
from math import cos, pi

from sandbox.domain import timeline

HOURS = 168


class Rhythm:
    """Weights of the 168 UTC hours of a week, Monday first, with mean 1."""

    __slots__ = ("_passed", "_weights")

    def __init__(self, *, peak_hour: int, weekend: float, favourite_weekday: int) -> None:
        raw = [
            _hour_weight(hour % 24, peak_hour)
            * _day_weight(hour // 24, favourite_weekday)
            * (weekend if hour >= 5 * 24 else 1.0)
            for hour in range(HOURS)
        ]
        scale = HOURS / sum(raw)
        self._weights = tuple(weight * scale for weight in raw)
        self._passed = (0.0, *accumulate(self._weights))

    def weight(self, day: int, hour: int) -> float:
        return self._weights[timeline.weekday_of(day) * 24 + hour]

    def best(self, hours: range = range(24)) -> tuple[int, int]:
        """Weekday (0 is Monday) and UTC hour, one of `hours`, with the most weight."""
        slots = (slot for slot in range(HOURS) if slot % 24 in hours)
        return divmod(max(slots, key=lambda slot: self._weights[slot]), 24)

    def lived_hours(self, moment: int) -> float:
        """Hours since 1970 as the audience lives them: more of them pass in a busy hour than in the night."""
        # 1970-01-01 was a Thursday, so weeks are counted from the Monday before.
        week, within = divmod(moment + 3 * timeline.DAY, HOURS * timeline.HOUR)
        hour, rest = divmod(within, timeline.HOUR)
        return week * HOURS + self._passed[hour] + self._weights[hour] * (rest / timeline.HOUR)


def _hour_weight(hour: int, peak_hour: int) -> float:
    return 1.0 + 0.75 * cos((hour - peak_hour) * pi / 12)


def _day_weight(weekday: int, favourite: int) -> float:
    """Every day has a weight of its own, so that there is one best day."""
    return 1.0 + 0.10 * cos((weekday - favourite) * 2 * pi / 7)
