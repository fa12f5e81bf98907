"""A formula over metrics as a small frozen tree, and what can be said of it wherever it is computed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import assert_never


class Sign(StrEnum):
    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written; never below 0, because the minus before it is a `Negate`."""

    value: float


@dataclass(frozen=True, slots=True)
class MetricRef:
    """A metric by its slug."""

    slug: str


@dataclass(frozen=True, slots=True)
class Negate:
    of: "Expression"


@dataclass(frozen=True, slots=True)
class Operation:
    sign: Sign
    left: "Expression"
    right: "Expression"


Expression = Number | MetricRef | Negate | Operation

_BINDS = {Sign.PLUS: 1, Sign.MINUS: 1, Sign.TIMES: 2, Sign.OVER: 2}
_BINDS_MOST = 3


def nodes(expression: Expression) -> Iterator[Expression]:
    """Every part of the formula, from left to right."""
    match expression:
        case Number() | MetricRef():
            yield expression
        case Negate(of):
            yield expression
            yield from nodes(of)
        case Operation(_, left, right):
            yield from nodes(left)
            yield expression
            yield from nodes(right)
        case _:
            assert_never(expression)


def refs(expression: Expression) -> tuple[str, ...]:
    """The metrics it names, each once, in their order."""
    return tuple(dict.fromkeys(node.slug for node in nodes(expression) if isinstance(node, MetricRef)))


def replaced(expression: Expression, by: Mapping[str, Expression]) -> Expression:
    """The formula with the formulas in `by` in the places of the metrics they belong to."""
    match expression:
        case Number():
            return expression
        case MetricRef(slug):
            return by.get(slug, expression)
        case Negate(of):
            return Negate(replaced(of, by))
        case Operation(sign, left, right):
            return Operation(sign, replaced(left, by), replaced(right, by))
        case _:
            assert_never(expression)


def written(expression: Expression, *, name: Callable[[str], str] = str, sign: Callable[[Sign], str] = str) -> str:
    """The formula as text, with no more parentheses than it needs to be read back as the same tree."""

    def text(one: Expression, *, tighter_than: int) -> str:
        words, binds = _words(one)
        return words if binds > tighter_than else f"({words})"

    def _words(one: Expression) -> tuple[str, int]:
        match one:
            case Number(value):
                return number_text(value), _BINDS_MOST + 1
            case MetricRef(slug):
                return name(slug), _BINDS_MOST + 1
            case Negate(of):
                return f"-{text(of, tighter_than=_BINDS_MOST)}", _BINDS_MOST
            case Operation(how, left, right):
                binds = _BINDS[how]
                before, behind = text(left, tighter_than=binds - 1), text(right, tighter_than=binds)
                return f"{before} {sign(how)} {behind}", binds
            case _:
                assert_never(one)

    return text(expression, tighter_than=0)


def number_text(value: float) -> str:
    """The shortest text of the number, without an exponent."""
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
