"""Which accounts get which figures."""

from enum import Enum

from sandbox.domain.character import Kind

# Demographics and hourly activity need this many followers.
AUDIENCE_FOLLOWERS = 100


class Gate(Enum):
    ANY = frozenset(Kind)
    BUSINESS = frozenset({Kind.BUSINESS, Kind.REGISTERED})
    REGISTERED = frozenset({Kind.REGISTERED})

    def admits(self, kind: Kind) -> bool:
        return kind in self.value
