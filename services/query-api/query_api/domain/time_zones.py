"""The time zones there are."""

from functools import cache
from zoneinfo import available_timezones

from query_api.domain.errors import BadInput

# Files of the database that are no zone of people's.
_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})


def time_zone(name: str) -> str:
    """`name`, where it is one of the IANA database. Raises `BadInput`."""
    if name not in _names():
        raise BadInput("timezone", f"there is no time zone {name[:40]!r}", "use an IANA name such as Europe/Berlin")
    return name


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACES)
