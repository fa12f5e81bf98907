"""On which day a workspace's weeks begin, as a number: 1 is Monday, 7 Sunday."""

from common.events.access import WeekStart

_FIRST_DAYS = {WeekStart.MONDAY: 1, WeekStart.SATURDAY: 6, WeekStart.SUNDAY: 7}


def first_day(start: WeekStart) -> int:
    return _FIRST_DAYS[start]
