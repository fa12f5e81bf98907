"""Rotating the ring's keys: everything an older one sealed is sealed anew by the active one."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_service.ports_tokens import Rewrapped, Rewrapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotating:
    kinds: Sequence[Rewrapping]

    async def rotate(self) -> Sequence[Rewrapped]:
        """Nothing is remembered between: broken off anywhere, the next time does the rest."""
        return [one for kind in self.kinds for one in await kind.rewrap()]
