"""Invented values for all fields of a grain at once, where only some of them are looked at closely."""

from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from common.catalog import Field, Grain
from common.catalog.model import Kind
from common.events.values import Scalar, Values
from common.warehouse.columns import scalar_fields

_WRITTEN: Mapping[Kind, Callable[[Field, int], Scalar]] = {
    Kind.INTEGER: lambda _, number: number,
    Kind.NUMBER: lambda _, number: number / 16,
    Kind.TEXT: lambda field, number: f"{field.name} {number}",
    Kind.FLAG: lambda _, number: number % 2 == 0,
    Kind.EPOCH_SECONDS: lambda _, number: 1_400_000_000 + number,
}


def figures(grain: Grain) -> st.SearchStrategy[Values]:
    """Of every field that is one value: none, or one of its kind."""
    return st.integers(0, 2 ** len(scalar_fields(grain)) - 1).map(lambda seed: _figures(grain, seed))


def _figures(grain: Grain, seed: int) -> Values:
    """A bit of `seed` for each field says whether it is given."""
    return {
        field.name: _WRITTEN[field.kind](field, (seed + place) % 16) if seed >> place & 1 else None
        for place, field in enumerate(scalar_fields(grain))
    }
