"""Counts as a spreadsheet holds them. What is not there is missing, and never zero."""

import re

# What Studio writes where it has no figure.
_MISSING = frozenset({"", "-", "–", "—", "undefined", "null", "n/a"})
# Thousands are parted by one sign throughout: 1,234,567 or 1.234.567. Of a count nothing stands behind a decimal sign.
_COUNT = re.compile(
    r"[+-]?(?:\d{1,18}|\d{1,3}(?P<sign>[,.' \u00a0\u202f\u2019])\d{3}(?:(?P=sign)\d{3}){0,4})", re.ASCII
)
_SIGNS = re.compile(r"[^\d-]")


class NotACount(ValueError):
    """The cell is something else; the text says what to write."""


def read_count(cell: str, *, signed: bool) -> int | None:
    """None where the cell gives nothing; raises `NotACount`."""
    text = cell.strip().replace("\u2212", "-")
    if text.casefold() in _MISSING:
        return None
    if not _COUNT.fullmatch(text):
        raise NotACount("it is not a whole number")
    count = int(_SIGNS.sub("", text))
    if count < 0 and not signed:
        raise NotACount("it is below zero")
    return count
