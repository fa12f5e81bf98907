"""An API answer against the oracle's table: exact, cell by cell, as differences a person can read at a glance."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from .audience import Rounded
from .widgets import Row, Table

INSTANTS = frozenset({"published_at"})  # the same moment may be written with Z or +00:00
ADDED_UP = frozenset(
    {
        "engagement_per_post",
        "engagement_rate_by_views",
        "engagement_rate_by_reach",
        "engagement_rate_by_followers",
        "post_completion_rate",
        "post_total_play_time",
        "post_average_watch_time",
        "post_video_length",
        "impression_share",
    }
)
ABSENT = "(absent)"

Key = tuple[str, ...]
GotRow = dict[str, object]


@dataclass(frozen=True)
class Difference:
    widget: str
    row: str
    column: str
    expected: object
    got: object
    taken: str = ""

    def __str__(self) -> str:
        line = f"{self.widget} [{self.row}] {self.column}: expected {self.expected!r}, got {self.got!r}"
        return f"{line}\n    taken from: {self.taken}" if self.taken else line


def differences(table: Table, answer: Mapping[str, object], *, ordered: bool = True) -> list[Difference]:
    """`answer` is the query API's JSON: columns [{name, …}] and rows [[…]], all pages joined. [] means equal."""
    names = column_names(answer)
    found = []
    if tuple(names) != table.columns:
        found.append(Difference(table.widget, "-", "columns", table.columns, tuple(names)))
    lost_keys = [name for name in (*table.key, table.order) if name not in names]
    if lost_keys:
        return found
    got, malformed = _rows_by_key(table, names, _row_lists(answer))
    found += malformed
    wanted = {_key(table, {name: cell.value for name, cell in row.items()}): row for row in table.rows}
    for key, row in wanted.items():
        found += _row_differences(table, key, row, got.get(key))
    for key in got:
        if key not in wanted:
            found.append(Difference(table.widget, _written(key), "row", ABSENT, got[key]))
    return found if found or not ordered else _order_differences(table, [row[table.order] for row in got.values()])


def report(found: Sequence[Difference], *, limit: int = 20) -> str:
    """For an assertion's message; with the number of differences left out."""
    lines = [f"{len(found)} differences"] + [str(difference) for difference in found[:limit]]
    if len(found) > limit:
        lines.append(f"… and {len(found) - limit} more")
    return "\n".join(lines)


def column_names(answer: Mapping[str, object]) -> list[str]:
    columns = answer.get("columns")
    if not isinstance(columns, list):
        raise TypeError(f"the answer has no list of columns; its members are {sorted(answer)}")
    return [str(column["name"]) for column in columns]


def read_rows(answer: Mapping[str, object]) -> list[GotRow]:
    names = column_names(answer)
    return [dict(zip(names, row, strict=True)) for row in _row_lists(answer)]


def same(column: str, expected: object, got: object) -> bool:
    """Whole numbers must be whole numbers; 12 is a way to write the fraction 12.0 in JSON; null equals only null."""
    if expected is None or got is None:
        return expected is None and got is None
    if column in INSTANTS:
        return _moment(expected) is not None and _moment(expected) == _moment(got)
    if isinstance(expected, Rounded):
        return expected.admits(got)
    if isinstance(expected, float):
        return isinstance(got, int | float) and not isinstance(got, bool) and _close(column, expected, got)
    return type(expected) is type(got) and expected == got


def _close(column: str, expected: float, got: float) -> bool:
    # Floats of many rows depend on the order in which they are added.
    return math.isclose(expected, got, rel_tol=1e-9) if column in ADDED_UP else expected == got


def _row_lists(answer: Mapping[str, object]) -> list[list[object]]:
    rows = answer.get("rows")
    if not isinstance(rows, list):
        raise TypeError(f"the answer has no list of rows; its members are {sorted(answer)}")
    return rows


def _rows_by_key(
    table: Table, names: Sequence[str], rows: Iterable[list[object]]
) -> tuple[dict[Key, GotRow], list[Difference]]:
    found: list[Difference] = []
    by_key: dict[Key, GotRow] = {}
    for number, values in enumerate(rows):
        if len(values) != len(names):
            found.append(Difference(table.widget, f"row {number}", "values", f"{len(names)} of them", values))
            continue
        row = dict(zip(names, values, strict=True))
        key = _key(table, row)
        if key in by_key:
            found.append(Difference(table.widget, _written(key), "row", "once", f"again as row {number}"))
        by_key.setdefault(key, row)
    return by_key, found


def _row_differences(table: Table, key: Key, row: Row, got: GotRow | None) -> list[Difference]:
    if got is None:
        plain = {name: cell.value for name, cell in row.items()}
        return [Difference(table.widget, _written(key), "row", plain, ABSENT, row[table.order].taken)]
    found = []
    for column in table.columns:
        # A column missing as a whole has been reported once.
        if column in got and not same(column, row[column].value, got[column]):
            cell = row[column]
            found.append(Difference(table.widget, _written(key), column, cell.value, got[column], cell.taken))
    return found


def _order_differences(table: Table, got: Sequence[object]) -> list[Difference]:
    """Rows equal in the ordering column may come in any order."""
    for place, (row, value) in enumerate(zip(table.rows, got, strict=True)):
        wanted = row[table.order].value
        if not same(table.order, wanted, value):
            return [Difference(table.widget, f"place {place}", f"order by {table.order}", wanted, value)]
    return []


def _key(table: Table, row: Mapping[str, object]) -> Key:
    return tuple(str(row[name]) for name in table.key)


def _written(key: Key) -> str:
    return " / ".join(key)


def _moment(written: object) -> datetime | None:
    """None where it is no date and time with a zone: a bare local time is not a moment."""
    if not isinstance(written, str):
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
