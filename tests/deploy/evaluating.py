"""PromQL, as far as our rules use it, evaluated over series of which two moments are known.

Prometheus' own `promtool test rules` does this better; it is not among the packages this tree may install. What is not
known here raises, so that no rule is taken for right that was not evaluated.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import promql_parser

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]

_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "=": lambda value, given: value == given,
    "!=": lambda value, given: value != given,
    "=~": lambda value, given: re.fullmatch(given, value) is not None,
    "!~": lambda value, given: re.fullmatch(given, value) is None,
}
_AGGREGATES: dict[str, Callable[[list[float]], float]] = {"sum": sum, "max": max}


@dataclass(frozen=True, slots=True)
class Series:
    """`was` is its value where a range begins, `now` at the end of it."""

    name: str
    labels: dict[str, str]
    now: float
    was: float = 0.0


def evaluated(expression: str, series: Sequence[Series]) -> Vector:
    return _Evaluation(series).vector(promql_parser.parse(expression))


class _Evaluation:
    def __init__(self, series: Sequence[Series]) -> None:
        self._series = series
        self._nodes: dict[type, Callable[[Any], Vector]] = {
            promql_parser.VectorSelector: lambda node: {_key(one): one.now for one in self._selected(node)},
            promql_parser.ParenExpr: lambda node: self.vector(node.expr),
            promql_parser.AggregateExpr: self._aggregate,
            promql_parser.BinaryExpr: self._binary,
            promql_parser.Call: self._call,
        }
        self._functions: dict[str, Callable[[Any], Vector]] = {
            "rate": lambda call: self._rise(call.args[0], call.args[0].range.total_seconds()),
            "increase": lambda call: self._rise(call.args[0], 1.0),
            "absent": lambda call: {} if self.vector(call.args[0]) else {frozenset(): 1.0},
            "label_replace": self._label,
            "histogram_quantile": self._quantile,
        }

    def vector(self, node: Any) -> Vector:
        return self._nodes[type(node)](node)

    def _selected(self, selector: Any) -> Iterator[Series]:
        for one in self._series:
            matchers = selector.matchers.matchers
            if one.name == selector.name and all(_matches(matcher, one.labels) for matcher in matchers):
                yield one

    def _rise(self, matrix: Any, seconds: float) -> Vector:
        return {_key(one): (one.now - one.was) / seconds for one in self._selected(matrix.vector_selector)}

    def _aggregate(self, node: Any) -> Vector:
        kept = set(node.modifier.labels) if node.modifier else set()
        groups: defaultdict[Labels, list[float]] = defaultdict(list)
        for labels, value in self.vector(node.expr).items():
            groups[frozenset(pair for pair in labels if pair[0] in kept)].append(value)
        return {labels: _AGGREGATES[str(node.op)](values) for labels, values in groups.items()}

    def _binary(self, node: Any) -> Vector:
        left, operator = self.vector(node.lhs), str(node.op)
        if operator == ">":
            return {labels: value for labels, value in left.items() if value > node.rhs.val}
        right = self.vector(node.rhs)
        if operator == "or":
            return {**right, **left}
        assert operator == "/", operator
        return {labels: value / right[labels] for labels, value in left.items() if right.get(labels)}

    def _call(self, node: Any) -> Vector:
        return self._functions[node.func.name](node)

    def _label(self, call: Any) -> Vector:
        source, label, value = call.args[0], call.args[1].val, call.args[2].val
        return {labels | {(label, value)}: number for labels, number in self.vector(source).items()}

    def _quantile(self, call: Any) -> Vector:
        """The upper bound of the bucket it falls into: what Prometheus tells is at most that."""
        share = call.args[0].val
        histograms: defaultdict[Labels, dict[float, float]] = defaultdict(dict)
        for labels, value in self.vector(call.args[1]).items():
            bound = float(dict(labels)["le"])
            histograms[frozenset(pair for pair in labels if pair[0] != "le")][bound] = value
        return {
            labels: min(bound for bound, count in buckets.items() if count >= share * max(buckets.values()))
            for labels, buckets in histograms.items()
        }


def _key(series: Series) -> Labels:
    return frozenset(series.labels.items())


def _matches(matcher: Any, labels: dict[str, str]) -> bool:
    return _MATCHES[_operator(matcher)](labels.get(matcher.name, ""), matcher.value)


def _operator(matcher: Any) -> str:
    return {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}[str(matcher.op).rsplit(".", maxsplit=1)[-1]]
