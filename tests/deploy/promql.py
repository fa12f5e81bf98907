"""What an expression of PromQL asks for, by the parser of the language itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import promql_parser

# What an application of Prometheus itself adds to each series: where it was scraped.
_OF_TARGETS = frozenset({"pod"})


@dataclass(frozen=True, slots=True)
class Selector:
    name: str
    labels: frozenset[str]


def selectors(expression: str) -> list[Selector]:
    """Every series that is selected, with the labels its matchers name. Raises `ValueError` for what is no PromQL."""
    found: list[Selector] = []

    def visit(one: Any) -> None:
        if isinstance(one, promql_parser.VectorSelector):
            matchers = one.matchers.matchers
            found.append(Selector(one.name or "", frozenset(matcher.name for matcher in matchers)))

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def groupings(expression: str) -> Iterator[tuple[frozenset[str], list[Selector]]]:
    """(labels kept, what is selected below) of every aggregation that names labels."""
    found: list[tuple[frozenset[str], list[Selector]]] = []

    def visit(one: Any) -> None:
        if isinstance(one, promql_parser.AggregateExpr) and one.modifier:
            found.append((frozenset(one.modifier.labels), selectors(one.expr.prettify())))

    promql_parser.walk(promql_parser.parse(expression), visit)
    yield from found


def unknown(expression: str, series: Mapping[str, frozenset[str]]) -> set[str]:
    """Names and labels in it that no series has."""
    asked = selectors(expression)
    wrong = {one.name for one in asked if one.name not in series}
    wrong |= {label for one in asked for label in one.labels - series.get(one.name, one.labels) - _OF_TARGETS}
    for labels, below in groupings(expression):
        for one in below:
            wrong |= labels - series.get(one.name, labels) - _OF_TARGETS
    return wrong
