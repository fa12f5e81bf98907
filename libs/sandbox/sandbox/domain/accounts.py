"""The accounts of a world: a few that are kept, and any number that are computed when they are asked for."""

from collections.abc import Sequence
from functools import lru_cache
from typing import overload

from sandbox.domain import character, population
from sandbox.domain.character import Account, Character

# Drawn accounts that are in use stay at hand; the others cost some hashes.
AT_HAND = 1_024


class Accounts(Sequence[Account]):
    """Those of `named`, in order, then `more` drawn ones. A drawn account is the same in a world of any size."""

    def __init__(self, seed: int, named: Sequence[Character], *, more: int) -> None:
        self._seed, self._more = seed, more
        self._named = tuple(character.settle(seed, row) for row in named)
        self._by_open_id = {account.open_id: account for account in self._named}
        self._drawn = lru_cache(AT_HAND)(self._draw)

    def __len__(self) -> int:
        return len(self._named) + self._more

    @overload
    def __getitem__(self, place: int) -> Account: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Account]: ...
    def __getitem__(self, place: int | slice) -> Account | Sequence[Account]:
        chosen = range(len(self))[place]
        return self._at(chosen) if isinstance(chosen, int) else tuple(map(self._at, chosen))

    def with_open_id(self, open_id: str) -> Account | None:
        return self._by_open_id.get(open_id) or self._numbered(population.number_of(self._seed, open_id))

    def with_username(self, username: str) -> Account | None:
        numbered = self._numbered(population.number_in(username))
        candidates = (*self._named, numbered) if numbered else self._named
        return next((account for account in candidates if account.character.username == username), None)

    def _at(self, place: int) -> Account:
        kept = len(self._named)
        return self._named[place] if place < kept else self._drawn(place - kept)

    def _numbered(self, number: int | None) -> Account | None:
        return self._drawn(number) if number is not None and number < self._more else None

    def _draw(self, number: int) -> Account:
        return population.account(self._seed, number)
