"""What a formula's result is counted in, as it follows from its parts, and which unit may be declared for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from common.catalog import Unit
from common.catalog.formulas import Expression, MetricRef, Negate, Number, Operation, Sign, written
from query_api.domain.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """Counts and seconds, multiplied so many times; a `free` number takes the unit of what it is added to."""

    counts: int = 0
    seconds: int = 0
    free: bool = False


class _Unlike(Exception):
    """Things that are counted in different units are added up."""

    def __init__(self, left: Expression, right: Expression) -> None:
        super().__init__("unlike units")
        self.left = left
        self.right = right


UnitOf = Callable[[str], Unit]
"""The unit of a metric, by its slug."""

_POWERS: Mapping[Unit, Powers] = {
    Unit.COUNT: Powers(counts=1),
    Unit.SECONDS: Powers(seconds=1),
    Unit.SHARE: Powers(),
    Unit.PERCENT: Powers(),
    Unit.NUMBER: Powers(),
}
# The first is taken where none is declared. A number may be declared of everything: then nothing is checked.
_FIT: Mapping[Powers, tuple[Unit, ...]] = {
    Powers(counts=1): (Unit.COUNT, Unit.NUMBER),
    Powers(seconds=1): (Unit.SECONDS, Unit.NUMBER),
    # Seconds per view.
    Powers(seconds=1, counts=-1): (Unit.SECONDS, Unit.NUMBER),
    Powers(): (Unit.NUMBER, Unit.SHARE, Unit.PERCENT),
}
_ANY = (Unit.NUMBER,)


def fitting_units(formula: Expression, unit_of: UnitOf) -> tuple[Unit, ...]:
    """The units that may be declared for it, the likeliest first."""
    try:
        found = _powers(formula, unit_of)
    except _Unlike:
        return _ANY
    return _FIT.get(found, _ANY)


def unit_for(formula: Expression, unit_of: UnitOf, *, declared: Unit | None, name: Callable[[str], str] = str) -> Unit:
    """The unit declared, or the likeliest; raises `BadInput` where the one declared does not follow from the parts.

    `name` says what a metric is called in words to its writer.
    """
    fit = fitting_units(formula, unit_of)
    if declared is None:
        return fit[0]
    if declared not in fit:
        raise BadInput(
            "unit", f"{declared} does not follow from the parts{_why(formula, unit_of, name)}", _instead(fit)
        )
    return declared


def _why(formula: Expression, unit_of: UnitOf, name: Callable[[str], str]) -> str:
    try:
        _powers(formula, unit_of)
    except _Unlike as unlike:
        left, right = (written(one, name=name) for one in (unlike.left, unlike.right))
        return f": {left} and {right} are counted in different units"
    return ""


def _instead(fit: tuple[Unit, ...]) -> str:
    return f"declare it as {' or '.join(fit)}"


def _powers(formula: Expression, unit_of: UnitOf) -> Powers:
    match formula:
        case Number():
            return Powers(free=True)
        case MetricRef(slug):
            return _POWERS[unit_of(slug)]
        case Negate(of):
            return _powers(of, unit_of)
        case Operation(sign, left, right):
            before, behind = _powers(left, unit_of), _powers(right, unit_of)
            if sign in (Sign.PLUS, Sign.MINUS):
                return _added(formula, before, behind)
            times = 1 if sign is Sign.TIMES else -1
            return Powers(
                counts=before.counts + times * behind.counts,
                seconds=before.seconds + times * behind.seconds,
                free=before.free and behind.free,
            )
        case _:
            assert_never(formula)


def _added(formula: Operation, left: Powers, right: Powers) -> Powers:
    if left.free or right.free:
        return right if left.free else left
    if left != right:
        raise _Unlike(formula.left, formula.right)
    return left
