"""The order of an answer's rows and the place where the next page begins.

A cursor is the sort value and the tie-breaker of the last row seen, so rows that come or go elsewhere move nothing.
It names its own order: used with another one it is refused instead of skipping rows.
"""

import base64
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeGuard
from uuid import UUID

from common.catalog import Kind
from query_api.domain.columns import Column
from query_api.domain.errors import BadInput

DEFAULT_LIMIT, MOST_ROWS = 50, 500

Value = str | int | float | None

_BIGGEST_INTEGER = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """Rows ordered by `column`, missing values last, equal ones by `ties`, which no two rows share all of."""

    column: Column
    ties: tuple[Column, ...]
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.column.name}" if self.descending else self.column.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The last row of the page before: its value in the sort column and its tie-breakers."""

    value: Value
    ties: tuple[Value, ...]


def sort_of(text: str, *, columns: Sequence[Column], ties: Sequence[str]) -> Sort:
    """The order named by `text`, a column's name with a minus before it for descending."""
    by_name = {column.name: column for column in columns}
    column = by_name.get(text.removeprefix("-"))
    if column is None:
        raise BadInput(
            "sort", f"there is no column {text[:40]!r}", f"use one of {', '.join(by_name)}, with a minus for descending"
        )
    return Sort(column=column, ties=tuple(by_name[tie] for tie in ties), descending=text.startswith("-"))


def limit_of(number: int | None, *, default: int | None) -> int | None:
    """How many rows a page has; None is all of them."""
    if number is None:
        return default
    if not 1 <= number <= MOST_ROWS:
        raise BadInput("limit", f"{number} is not a size of a page", f"give a whole number from 1 to {MOST_ROWS}")
    return number


def write_cursor(cursor: Cursor, *, sort: Sort) -> str:
    text = json.dumps([str(sort), cursor.value, *cursor.ties], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, *, sort: Sort) -> Cursor:
    """The cursor in `text`; refused when it is none, or belongs to another order."""
    match _decoded(text):
        case [str(order), *_] if order != str(sort):
            raise _bad_cursor(f"it belongs to sort={order[:40]}, the request says sort={sort}")
        case [str(), *values] if _are_of(values, sort):
            value, *ties = values
            return Cursor(value=value, ties=tuple(ties))
        case _:
            raise _bad_cursor("it is none that this question gave")


def _are_of(values: Sequence[object], sort: Sort) -> TypeGuard[list[Value]]:
    columns = (sort.column, *sort.ties)
    return len(values) == len(columns) and all(
        _fits(value, column.kind) for value, column in zip(values, columns, strict=True)
    )


def _decoded(text: str) -> object:
    try:
        decoded: object = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        # Half a surrogate pair is JSON but no text that could be sent on.
        json.dumps(decoded, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _bad_cursor("it is none that this question gave") from None
    return decoded


def _bad_cursor(problem: str) -> BadInput:
    return BadInput("cursor", problem, "take next_cursor from the page before, or leave it out to begin at the start")


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and type(value) is int and -_BIGGEST_INTEGER <= value < _BIGGEST_INTEGER


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and _parses(float, str(value)) and math.isfinite(float(str(value)))


def _reads_as(read: Callable[[str], object]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and _parses(read, value)


# What ClickHouse is given must be what the column's kind declares.
_FITS: Mapping[Kind, Callable[[object], bool]] = {
    Kind.INTEGER: _is_integer,
    Kind.NUMBER: _is_number,
    Kind.TEXT: _reads_as(str),
    Kind.ID: _reads_as(UUID),
    Kind.DATE: _reads_as(date.fromisoformat),
    Kind.TIMESTAMP: _reads_as(datetime.fromisoformat),
}


def _fits(value: object, kind: Kind) -> bool:
    return value is None or _FITS[kind](value)


def _parses(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
