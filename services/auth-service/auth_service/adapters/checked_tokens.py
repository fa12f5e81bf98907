"""Signed tokens that were checked: the same bytes under the same keys are good until they end, so once is enough."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from auth_service.domain.record import fingerprint
from common.runtime.clock import Clock

Said = TypeVar("Said")
# One that was pushed out is checked again.
_MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Checked(Generic[Said]):
    """What a good token says, and the Unix time from which it is good no more."""

    said: Said
    ends: float


class CheckedTokens(Generic[Said]):
    """Known by their digests, for as long as this process and so its keys live. A refused one is checked each time."""

    def __init__(self, wall: Clock, most: int = _MOST_KNOWN) -> None:
        self._wall = wall
        self._most = most
        self._known: dict[str, Checked[Said]] = {}

    def get(self, token: str) -> Said | None:
        known = self._known.get(fingerprint(token))
        return known.said if known and self._wall.now().timestamp() < known.ends else None

    def keep(self, token: str, checked: Checked[Said]) -> Said:
        self._known[fingerprint(token)] = checked
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]
        return checked.said
