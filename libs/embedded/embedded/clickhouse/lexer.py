"""Splits ClickHouse SQL into tokens: as much as it takes to find clauses, and not be fooled by strings and comments."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    WORD = auto()
    QUOTED = auto()
    STRING = auto()
    NUMBER = auto()
    SYMBOL = auto()


class Token(NamedTuple):
    kind: Kind
    text: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """Lower-case, without quotes: for comparing with names and keywords."""
        return (self.text[1:-1] if self.kind is Kind.QUOTED else self.text).lower()

    def is_word(self, *words: str) -> bool:
        """Whether this is one of the unquoted `words`, given in lower case."""
        return self.kind is Kind.WORD and self.text.lower() in words


# Bytes, because the rows of an insert may follow and need not be text. As in ClickHouse's lexer
# (src/Parsers/Lexer.cpp) quotes are escaped by doubling or a backslash, comments do not nest.
_TOKEN = re.compile(
    rb"""
      (?P<skip>    [\s\x00]+ | --[^\n]* | \#[ !][^\n]* | /\*.*?\*/ )
    | (?P<string>  '(?:[^'\\]|\\.|'')*' | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
    | (?P<quoted>  `(?:[^`\\]|\\.|``)*` | "(?:[^"\\]|\\.|"")*" )
    | (?P<number>  \d[\w.]* )
    | (?P<word>    [A-Za-z_\x80-\xff][\w$\x80-\xff]* )
    | (?P<symbol>  . )
    """,
    re.DOTALL | re.VERBOSE,
)
_KINDS = {"string": Kind.STRING, "quoted": Kind.QUOTED, "number": Kind.NUMBER, "word": Kind.WORD, "symbol": Kind.SYMBOL}


def tokens(sql: bytes) -> Iterator[Token]:
    """The tokens of `sql`, lazily; `start` and `end` are byte positions."""
    for match in _TOKEN.finditer(sql):
        kind = _KINDS.get(match.lastgroup or "")
        if kind is not None:
            yield Token(kind, match.group().decode(errors="replace"), match.start(), match.end())
