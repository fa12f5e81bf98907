"""A dashboard's grid: every widget inside it, no two on one cell."""

from collections.abc import Sequence
from itertools import combinations

from query_api.domain.dashboard import COLUMNS, GivenWidget, Place
from query_api.domain.errors import BadInput


def check_layout(widgets: Sequence[GivenWidget]) -> None:
    """Raises `BadInput` naming the widgets by their place in the list, counted from 0."""
    for number, widget in enumerate(widgets):
        _refuse_outside(number, widget.place)
    for (first, one), (second, other) in combinations(enumerate(widgets), 2):
        if overlap(one.place, other.place):
            raise BadInput(
                f"widgets.{second}.place",
                f"it lies on widgets.{first}, which has {_cells(one.place)}",
                f"move it away from there; it has {_cells(other.place)}",
            )


def overlap(one: Place, other: Place) -> bool:
    return (
        one.x < other.x + other.w and other.x < one.x + one.w and one.y < other.y + other.h and other.y < one.y + one.h
    )


def _refuse_outside(number: int, place: Place) -> None:
    if place.x + place.w > COLUMNS:
        raise BadInput(
            f"widgets.{number}.place",
            f"x {place.x} and w {place.w} reach beyond the {COLUMNS} columns",
            f"with that x give a w of {COLUMNS - place.x} or less",
        )


def _cells(place: Place) -> str:
    return f"columns {place.x} to {place.x + place.w - 1} of rows {place.y} to {place.y + place.h - 1}"
