"""What a request's SQL is: a question whose answer streams, an insert with its rows behind it, or something else."""

from collections.abc import Sequence
from dataclasses import dataclass

from embedded.clickhouse import errors, quoting
from embedded.clickhouse.lexer import Kind, Token, tokens

_QUESTIONS = ("select", "with", "from", "show", "describe", "desc", "explain", "exists", "check")
_NO_ROWS_FOLLOW = ("select", "with", "watch", "from", "explain")
_DEPTH = {"(": 1, ")": -1}


@dataclass(frozen=True, slots=True)
class Question:
    """SELECT, SHOW, ...: the engine writes the answer, in any format, to where it is told."""

    text: str
    before_format: str
    format: str | None
    after_format: str

    def into(self, path: str, *, default_format: str) -> str:
        ending = f"FORMAT {self.format or default_format} {self.after_format}"
        return f"{self.before_format}\nINTO OUTFILE {quoting.text(path)} APPEND\n{ending}"


@dataclass(frozen=True, slots=True)
class Insert:
    """INSERT with rows behind it: the engine reads them from where it is told. `rows_at` is a byte position."""

    target: str
    settings: str
    format: str
    rows_at: int

    def reading(self, path: str) -> str:
        return f"{self.target}\nFROM INFILE {quoting.text(path)}\n{self.settings} FORMAT {self.format}"


@dataclass(frozen=True, slots=True)
class Command:
    """Everything else: DDL, INSERT SELECT, KILL, SYSTEM, ...; its answer is small, its format the engine's to find."""

    text: str


Statement = Question | Insert | Command


def insert_in(head: bytes) -> tuple[Insert | None, Sequence[Token]]:
    """The insert that `head` begins with, if its rows follow, and the tokens before the rows."""
    seen: list[Token] = []
    depth = 0
    settings_at: int | None = None
    format_at: int | None = None
    for token in tokens(head):
        seen.append(token)
        depth += _DEPTH.get(token.text, 0)
        if format_at is not None:
            return _insert(head, settings_at, format_at, token.text, _rows_after(head, token.end)), seen
        if not seen[0].is_word("insert"):
            break
        if not _is_behind_name(seen, depth):
            continue
        if token.is_word(*_NO_ROWS_FOLLOW):
            break
        if token.is_word("values"):
            return _insert(head, settings_at, token.start, "Values", token.end), seen
        settings_at = token.start if token.is_word("settings") else settings_at
        format_at = token.start if token.is_word("format") else None
    return None, ()


def parse(sql: bytes) -> tuple[Question | Command, Sequence[Token]]:
    """A statement without rows, given whole, and its tokens."""
    found = _single(list(tokens(sql)))
    text = errors.text_of(sql[: found[-1].end])
    first = found[0]
    if first.is_word(*_QUESTIONS) or first.text == "(":
        return _question(sql, text, found), found
    return Command(text), found


def _single(found: list[Token]) -> list[Token]:
    while found and found[-1].text == ";":
        found.pop()
    if not found:
        raise errors.refusal(errors.SYNTAX_ERROR, "SYNTAX_ERROR", "Empty query")
    if any(token.text == ";" for token in found):
        raise errors.refusal(errors.SYNTAX_ERROR, "SYNTAX_ERROR", "Syntax error: Multi-statements are not allowed")
    return found


def _question(sql: bytes, text: str, found: Sequence[Token]) -> Question:
    marker = _format_position(found)
    if marker is None:
        return Question(text, text, None, "")
    name = found[marker + 1]
    return Question(text, sql[: found[marker].start].decode(), name.text, sql[name.end : found[-1].end].decode())


def _format_position(found: Sequence[Token]) -> int | None:
    """Where the closing `FORMAT name [SETTINGS ...]` begins."""
    for index in range(len(found) - 2, 0, -1):
        if found[index].is_word("format") and found[index + 1].kind is Kind.WORD and found[index - 1].text != ".":
            after = index + 2
            return index if after == len(found) or found[after].is_word("settings") else None
    return None


def _is_behind_name(seen: Sequence[Token], depth: int) -> bool:
    """Whether the last token is a clause of its own behind `INSERT INTO [TABLE | FUNCTION] name`."""
    first = 5 if len(seen) > 2 and seen[2].is_word("table", "function") else 4
    return depth == 0 and len(seen) >= first and seen[-2].text != "."


def _insert(head: bytes, settings_at: int | None, rows_clause_at: int, rows_format: str, rows_at: int) -> Insert:
    target_end = rows_clause_at if settings_at is None else settings_at
    settings = errors.text_of(head[target_end:rows_clause_at])
    return Insert(errors.text_of(head[:target_end]), settings, rows_format, rows_at)


def _rows_after(head: bytes, position: int) -> int:
    """Rows begin behind the format's name, spaces and at most one line end."""
    while head[position : position + 1] in (b" ", b"\t", b"\f"):
        position += 1
    for line_end in (b"\r\n", b"\n"):
        if head.startswith(line_end, position):
            return position + len(line_end)
    return position
