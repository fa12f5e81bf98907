"""The text of a formula as a tree: metrics, numbers, `+ - * /` and parentheses, and nothing else."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import assert_never, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from common.catalog.formulas import Expression, MetricRef, Negate, Number, Operation, Sign, nodes, refs, written
from query_api.domain.errors import BadInput

MOST_CHARACTERS = 500
MOST_DEPTH = 40
# Beyond it Float64 no longer tells whole numbers apart.
LARGEST = 1e15

_STRANGE = re.compile(r"[^A-Za-z0-9_.,+\-*/%()\s]")
# SQL would read on behind them as if nothing were there.
_COMMENT = re.compile(r"--|/\*")
_SIGNS: Mapping[type[exp.Expr], Sign] = {
    exp.Add: Sign.PLUS,
    exp.Sub: Sign.MINUS,
    exp.Mul: Sign.TIMES,
    exp.Div: Sign.OVER,
}
_APART = "put a part of it into a metric of its own"
_MAY_BE = "a formula is made of metrics, numbers, + - * / and parentheses"


class BadFormula(BadInput):
    """A formula cannot be read; `position` is the place of the character at fault, from 0, where one is."""

    def __init__(self, problem: str, remedy: str, position: int | None = None) -> None:
        where = "" if position is None else f"at character {position + 1}: "
        super().__init__("formula", f"{where}{problem}", remedy)
        self.position = position


def read_formula(text: str, *, known: Mapping[str, str]) -> Expression:
    """The tree of `text`; `known` gives the slug of a metric by every name it may be written with.

    Raises `BadFormula`.
    """
    _refuse_strange(text)
    tree = _tree(_parsed(text), known)
    _refuse_large(tree)
    if not refs(tree):
        raise BadFormula("it names no metric", f"{_MAY_BE}, such as engagement / post_video_views * 100")
    return tree


def _refuse_strange(text: str) -> None:
    _refuse_long(text)
    if found := _STRANGE.search(text):
        raise BadFormula(f"{found.group()!r} means nothing in a formula", _MAY_BE, found.start())
    if found := _COMMENT.search(text):
        raise BadFormula(
            f"{found.group()!r} would begin a comment", "put a space or parentheses between", found.start()
        )
    if _nested(text) > MOST_DEPTH:
        raise _too_deep()


def _refuse_large(tree: Expression) -> None:
    """What is kept must be read again, in the way it is written then."""
    if depth(tree) > MOST_DEPTH:
        raise _too_deep()
    _refuse_long(written(tree))


def _refuse_long(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise BadFormula(f"it has {len(text)} characters, the most is {MOST_CHARACTERS}", _APART)


def _too_deep() -> BadFormula:
    return BadFormula(f"it is nested too deep: {MOST_DEPTH} inside each other are the most", _APART)


def _nested(text: str) -> int:
    deepest = depth = 0
    for mark in text:
        depth += (mark == "(") - (mark == ")")
        deepest = max(deepest, depth)
    return deepest


def _parsed(text: str) -> exp.Expr:
    try:
        found = [one for one in sqlglot.parse(text) if one is not None]
    except ParseError as error:
        raise _unreadable(error) from None
    except (TokenError, RecursionError):
        raise BadFormula("it cannot be read", _MAY_BE) from None
    if len(found) != 1:
        raise BadFormula("it is empty", f"{_MAY_BE}, such as engagement / post_video_views * 100")
    return found[0]


def _unreadable(error: ParseError) -> BadFormula:
    place = error.errors[0]
    highlighted, column = place.get("highlight") or "", place.get("col") or 1
    problem = f"it cannot be read on behind {highlighted!r}" if highlighted else "it cannot be read"
    return BadFormula(problem, "an operand or a parenthesis is missing, or one is too many", max(column - 1, 0))


def _tree(node: exp.Expr, known: Mapping[str, str]) -> Expression:
    if isinstance(node, exp.Paren):
        return _tree(node.this, known)
    if isinstance(node, exp.Neg):
        return Negate(_tree(node.this, known))
    if isinstance(node, exp.Literal) and not node.is_string:
        return _number(node)
    if isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier) and not node.table:
        return _metric(node, known)
    sign = _SIGNS.get(type(node))
    if sign is None:
        raise _unknown(node)
    left, right = cast("tuple[exp.Expr, exp.Expr]", (node.this, node.args["expression"]))
    return Operation(sign, _tree(left, known), _tree(right, known))


def _number(node: exp.Literal) -> Number:
    value = float(node.name)
    if value > LARGEST:
        raise BadFormula(f"{node.name[:40]} is too large a number", f"the largest is {LARGEST:g}")
    return Number(value)


def _metric(node: exp.Column, known: Mapping[str, str]) -> MetricRef:
    name = node.name.lower()
    if name not in known:
        near = get_close_matches(name, known, n=3)
        remedy = f"did you mean {' or '.join(near)}?" if near else "take a slug from GET /v1/metrics"
        raise BadFormula(f"there is no metric {node.name[:60]!r}", remedy, _position(node))
    return MetricRef(known[name])


def _unknown(node: exp.Expr) -> BadFormula:
    if isinstance(node, exp.Func):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
        return BadFormula(
            f"there is no function {name.lower()[:40]!r}",
            f"{_MAY_BE}; a metric is already put together over the rows it is asked for",
            _position(node),
        )
    return BadFormula(f"{node.sql()[:60]!r} is no arithmetic", _MAY_BE, _position(node))


def _position(node: exp.Expr) -> int | None:
    """Where the first name in it begins."""
    starts = [one.meta["start"] for one in node.find_all(exp.Identifier) if "start" in one.meta]
    return min(starts, default=None)


def size(tree: Expression) -> int:
    return sum(1 for _ in nodes(tree))


def depth(tree: Expression) -> int:
    match tree:
        case Number() | MetricRef():
            return 1
        case Negate(of):
            return 1 + depth(of)
        case Operation(_, left, right):
            return 1 + max(depth(left), depth(right))
        case _:
            assert_never(tree)
