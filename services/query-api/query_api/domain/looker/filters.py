"""What Looker Studio's filters mean: an AND of ORs over fields. All of them are applied, or none.

One over a field that is on the rows holds for the rows as they are shown. One over a field that is only filtered by
must hold before rows are put together, so only what a question can be narrowed by will do.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from query_api.domain.looker.fields import LookerField
from query_api.domain.question import Filters


class Operator(StrEnum):
    EQUALS = "EQUALS"
    CONTAINS = "CONTAINS"
    REGEXP_PARTIAL_MATCH = "REGEXP_PARTIAL_MATCH"
    REGEXP_EXACT_MATCH = "REGEXP_EXACT_MATCH"
    IN_LIST = "IN_LIST"
    IS_NULL = "IS_NULL"
    BETWEEN = "BETWEEN"
    NUMERIC_GREATER_THAN = "NUMERIC_GREATER_THAN"
    NUMERIC_GREATER_THAN_OR_EQUAL = "NUMERIC_GREATER_THAN_OR_EQUAL"
    NUMERIC_LESS_THAN = "NUMERIC_LESS_THAN"
    NUMERIC_LESS_THAN_OR_EQUAL = "NUMERIC_LESS_THAN_OR_EQUAL"


# How many values an operator needs; a list takes any number.
_VALUES: Mapping[Operator, int | None] = {
    **dict.fromkeys(Operator, 1),
    Operator.IN_LIST: None,
    Operator.IS_NULL: 0,
    Operator.BETWEEN: 2,
}
_NUMERIC = frozenset(operator for operator in Operator if operator.startswith("NUMERIC_")) | {Operator.BETWEEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison of one field; `excludes` turns it round, and lets missing values through."""

    field: LookerField
    operator: Operator
    values: tuple[str, ...]
    excludes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """`narrowing` is applied to what is read, `conditions` (an AND of ORs) to the rows."""

    narrowing: Filters
    accounts: tuple[str, ...] | None
    conditions: tuple[tuple[Condition, ...], ...]


_Values = tuple[str, ...]
_NARROWED_BY: Mapping[str, Callable[[Filters, _Values], Filters]] = {
    "format": lambda known, values: replace(known, formats=_both(known.formats, values)),
    "post_id": lambda known, values: replace(known, posts=_both(known.posts, values)),
    "hashtag": lambda known, values: replace(known, hashtags=_both(known.hashtags, values)),
    "channel": lambda known, values: replace(known, channels=_both(known.channels, values)),
}


def applied(filters: Sequence[Sequence[Condition]], *, on_rows: Collection[str], base: Filters) -> Applied | None:
    """How the filters are applied; None when one of them cannot be."""
    found = Applied(narrowing=base, accounts=None, conditions=())
    for clause in filters:
        if all(condition.field.name in on_rows for condition in clause):
            found = replace(found, conditions=(*found.conditions, tuple(clause)))
            continue
        narrowed = _narrowed(found, clause)
        if narrowed is None:
            return None
        found = narrowed
    return found


def _narrowed(found: Applied, clause: Sequence[Condition]) -> Applied | None:
    if len(clause) != 1:
        return None
    (condition,) = clause
    if condition.excludes or condition.operator not in (Operator.EQUALS, Operator.IN_LIST):
        return None
    if condition.field.name == "account_id":
        return replace(found, accounts=_both(found.accounts, condition.values))
    narrow = _NARROWED_BY.get(condition.field.name)
    return replace(found, narrowing=narrow(found.narrowing, condition.values)) if narrow else None


def _both(known: _Values | None, values: _Values) -> _Values:
    """What satisfies this one and the one before."""
    return values if known is None else tuple(value for value in known if value in values)


def condition_of(
    field: LookerField | None, *, operator: str, values: Sequence[str], excludes: bool
) -> Condition | None:
    """The comparison; None when it is none that can be made."""
    if field is None or not field.is_dimension or operator not in Operator.__members__:
        return None
    how = Operator(operator)
    needed = _VALUES[how]
    if needed is not None and len(values) != needed:
        return None
    if how in _NUMERIC and not all(map(_is_number, values)):
        return None
    return Condition(field=field, operator=how, values=tuple(values), excludes=excludes)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
