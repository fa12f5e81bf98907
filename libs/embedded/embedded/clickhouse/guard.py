"""Refuses SQL that reaches out of the process: a dead address would hang for minutes, and production forbids it too.

A fence against accidents, not against an attacker: the gateway is for one person's machine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from embedded.clickhouse import errors
from embedded.clickhouse.lexer import Kind, Token

# What is not here is refused, so that what a newer engine brings is refused until somebody looked at it.
_FUNCTIONS = """
    dictionary format fuzzjson fuzzquery generate_series generaterandom generateseries input loop merge
    mergetreeanalyzeindexes mergetreecodecblockcounts mergetreeindex mergetreeprojection mergetreetextindex null
    numbers numbers_mt primes sqlstandardvalues timeseriesdata timeseriesmetricfamilies timeseriesmetrics
    timeseriessamples timeseriesselector timeseriestags values view viewexplain viewifpermitted zeros zeros_mt
"""
_ENGINES = """
    alias atomic buffer dictionary embeddedrocksdb fuzzjson fuzzquery generaterandom join log loop materializedview
    memory merge null ordinary set stripelog timeseries tinylog view
"""
_HARMLESS_FUNCTIONS = frozenset(_FUNCTIONS.split())
_HARMLESS_ENGINES = frozenset(_ENGINES.split())
_HARMLESS_SOURCES = frozenset({"clickhouse", "null"})
_BEFORE_TABLE = ("from", "join", "table", "describe", "desc", "exists", "into")


@dataclass(frozen=True, slots=True)
class Guard:
    """The names, in lower case, of table functions and engines that are refused."""

    functions: frozenset[str]
    engines: frozenset[str]

    @staticmethod
    def against(*, functions: Iterable[str], engines: Iterable[str]) -> "Guard":
        """A guard that knows all that the engine has."""
        return Guard(
            frozenset(name.lower() for name in functions) - _HARMLESS_FUNCTIONS,
            frozenset(name for name in map(str.lower, engines) if not name.endswith("mergetree")) - _HARMLESS_ENGINES,
        )

    def check(self, found: Sequence[Token]) -> None:
        """Raise ACCESS_DENIED when a statement of these tokens would leave the process."""
        for index, token in enumerate(found):
            before = found[max(0, index - 2) : index]
            reason = self._function(token, before, found[index + 1 : index + 2]) or self._place(token, before)
            if reason:
                raise errors.refusal(
                    errors.ACCESS_DENIED,
                    "ACCESS_DENIED",
                    f"{reason} is refused here: the embedded ClickHouse reaches nothing outside its own data folder; "
                    "send the rows with an INSERT, and read the answer of a SELECT",
                )

    def _function(self, token: Token, before: Sequence[Token], after: Sequence[Token]) -> str | None:
        is_call = token.kind in (Kind.WORD, Kind.QUOTED) and bool(after) and after[0].text == "("
        if not is_call or token.name not in self.functions:
            return None
        # A member of something, or the name of a table with its list of columns.
        if before and (before[-1].text == "." or before[-1].is_word("into")):
            return None
        return f"Table function {token.text}"

    def _place(self, token: Token, before: Sequence[Token]) -> str | None:
        if not before:
            return None
        if _is_engine(before) and token.name in self.engines:
            return f"Engine {token.text}"
        if (before[-1].is_word("into") and token.is_word("outfile")) or (
            before[-1].is_word("from") and token.is_word("infile")
        ):
            return f"{before[-1].text} {token.text}"
        if before[0].is_word("source") and before[-1].text == "(" and token.name not in _HARMLESS_SOURCES:
            return f"Dictionary source {token.text}"
        return f"File {token.text}" if _is_path(token, before[-1]) else None


def _is_engine(before: Sequence[Token]) -> bool:
    return before[-1].is_word("engine") or (before[-1].text == "=" and before[0].is_word("engine"))


def _is_path(token: Token, before: Token) -> bool:
    """The engine's default database reads a file where a table is named like one."""
    if token.kind is Kind.STRING and not before.is_word(*_BEFORE_TABLE):
        return False
    path = token.text[1:-1]
    return token.kind in (Kind.QUOTED, Kind.STRING) and (path.startswith("/") or "../" in path)
