"""A value together with the observation it was taken from, so that a difference can be traced to an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Cell(Generic[T_co]):
    """`value` is None where nothing is known; `taken` then says why."""

    value: T_co | None
    taken: str


NOTHING: Cell[int] = Cell(None, "no observation gives it")


def sum_of_known(parts: Mapping[str, Cell[int]]) -> Cell[int]:
    """Parts by account. Unknown parts do not count; with no known part at all the sum is unknown, not 0."""
    known = [cell.value for cell in parts.values() if cell.value is not None]
    taken = "; ".join(f"{account}: {cell.taken}" for account, cell in parts.items())
    return Cell(sum(known) if known else None, taken)


def sum_of_all(parts: Mapping[str, Cell[int]]) -> Cell[int]:
    """Unknown as soon as one part is."""
    known = [cell.value for cell in parts.values() if cell.value is not None]
    taken = " + ".join(f"{name} {cell.value} ({cell.taken})" for name, cell in parts.items())
    return Cell(sum(known) if len(known) == len(parts) else None, taken)
