"""What a stored rollup row and its recomputation do not agree on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

Cells = tuple[str | None, ...]
"""A row's values as text, in the order of the rollup's columns; None is null."""


class Kind(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value, or a whole row (`column` is None) that is missing in the rollup or should not be there."""

    rollup: str
    kind: Kind
    key: tuple[tuple[str, str], ...]
    column: str | None = None
    stored: str | None = None
    recomputed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A key's row as it is stored and as it is recomputed; None where there is no such row."""

    key: tuple[str, ...]
    stored: Cells | None
    recomputed: Cells | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A rollup's columns: those of its key and those that are compared."""

    key: tuple[str, ...]
    values: tuple[str, ...]


def differences(rollup: str, columns: Columns, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Every disagreement in `pairs`."""
    for pair in pairs:
        key = tuple(zip(columns.key, pair.key, strict=True))
        if pair.stored is None or pair.recomputed is None:
            kind = Kind.MISSING if pair.stored is None else Kind.SURPLUS
            yield Difference(rollup=rollup, kind=kind, key=key)
            continue
        for column, stored, recomputed in zip(columns.values, pair.stored, pair.recomputed, strict=True):
            if stored != recomputed:
                yield Difference(
                    rollup=rollup, kind=Kind.CHANGED, key=key, column=column, stored=stored, recomputed=recomputed
                )
