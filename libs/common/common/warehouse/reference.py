"""The reference page of the warehouse's tables, read out of the migrations that make them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from common.catalog.reference import page, table
from common.warehouse.migrate import Migration, Placement, statements

_INTRO = (
    "On a cluster every engine is its Replicated form. Facts are what TikTok said, append-only; rollups are recomputed "
    "from them, and the highest `version` of a key counts: read them with `FINAL`. Nullable means that TikTok may not "
    "have given it. `workspace_id` is first in every sort key."
)
_CREATED = re.compile(r"CREATE (?:OR REPLACE )?TABLE (\w+)\s*\((.*)\)\s*ENGINE = (\w+)(?:\(([^)]*)\))?(.*)", re.DOTALL)
_VIEWED = re.compile(r"CREATE MATERIALIZED VIEW (\w+) TO (\w+) AS.*\bFROM (\w+)", re.DOTALL)
_ADDED = re.compile(r"ALTER TABLE (\w+)\s+ADD COLUMN (?:IF NOT EXISTS )?(.*)", re.DOTALL)
_MODIFIED = re.compile(r"ALTER TABLE (\w+)\s+(MODIFY COLUMN .*)", re.DOTALL)
_CODEC = re.compile(r"MODIFY COLUMN (\w+) (CODEC\(.+\)|REMOVE CODEC)$")
_DEFAULT_CODEC = re.compile(r"ALTER TABLE (\w+)\s+MODIFY SETTING default_compression_codec = '([^']+)'")
_COLUMN = re.compile(r"^(\w+) (.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    engine: str
    partition: str
    key: str
    columns: tuple[tuple[str, str], ...]
    checks: tuple[str, ...]
    migration: str
    codec: str = "LZ4"
    """Of columns that name none: ClickHouse's own default unless a migration says otherwise."""


def tables_page(migrations: Sequence[Migration]) -> str:
    found = tables(migrations)
    links = [(f"[{one.name}](#{one.name})", f"{one.engine}", one.key, one.partition) for one in found]
    index = table(("table", "engine", "sort key", "partition"), links)
    flows = table(("view", "reads", "writes"), list(_flows(migrations)))
    sections = (line for one in found for line in _section(one))
    return page("Tables", _INTRO, *index, "Materialized views between them:", "", *flows, *sections)


def tables(migrations: Sequence[Migration]) -> tuple[Table, ...]:
    """The tables as they are when every migration is applied."""
    found: dict[str, Table] = {}
    for migration, sql in _each(migrations):
        if created := _CREATED.search(sql):
            found[created[1]] = _table(created, migration)
        if (added := _ADDED.search(sql)) and (match := _COLUMN.match(" ".join(added[2].split()))):
            one = found[added[1]]
            found[one.name] = replace(one, columns=(*one.columns, (match[1], match[2])))
        if modified := _MODIFIED.search(sql):
            found[modified[1]] = _with_codecs(found[modified[1]], modified[2])
        if default := _DEFAULT_CODEC.search(sql):
            found[default[1]] = replace(found[default[1]], codec=default[2])
    return tuple(found.values())


def _with_codecs(one: Table, changes: str) -> Table:
    parts = (" ".join(part.split()) for part in _parts(changes))
    codecs = {match[1]: match[2] for part in parts if (match := _CODEC.search(part))}
    if missing := codecs.keys() - dict(one.columns).keys():
        raise ValueError(f"{one.name} has no columns {sorted(missing)} to be given a codec")
    kept = ((name, kind, codecs.get(name)) for name, kind in one.columns)
    return replace(one, columns=tuple((name, _kept_by(kind, codec)) for name, kind, codec in kept))


def _kept_by(kind: str, codec: str | None) -> str:
    """The column's type with its codec, if it has one of its own."""
    if codec is None:
        return kind
    plain = kind.split(" CODEC(", maxsplit=1)[0]
    return plain if codec == "REMOVE CODEC" else f"{plain} {codec}"


def _each(migrations: Sequence[Migration]) -> Iterator[tuple[Migration, str]]:
    for migration in migrations:
        for sql in statements(Placement().render(migration.template)):
            yield migration, re.sub(r"--[^\n]*", "", sql)


def _flows(migrations: Sequence[Migration]) -> Iterator[tuple[str, str, str]]:
    for _, sql in _each(migrations):
        if viewed := _VIEWED.search(sql):
            yield viewed[1], viewed[3], viewed[2]


def _table(created: re.Match[str], migration: Migration) -> Table:
    name, body, engine, arguments, behind = created.groups()
    parts = [" ".join(part.split()) for part in _parts(body)]
    columns = [match.groups() for part in parts if (match := _COLUMN.match(part)) and match[1] != "CONSTRAINT"]
    return Table(
        name=name,
        engine=f"{engine}({arguments})" if arguments else engine,
        partition=_clause("PARTITION BY", behind),
        key=_clause("ORDER BY", behind).strip("()"),
        columns=tuple((column, kind) for column, kind in columns),
        checks=tuple(part.removeprefix("CONSTRAINT ") for part in parts if part.startswith("CONSTRAINT ")),
        migration=f"{migration.number:04}_{migration.name}",
    )


def _parts(body: str) -> Iterator[str]:
    """The columns and constraints: what commas outside of brackets part."""
    depth, start = 0, 0
    for place, sign in enumerate(body):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            yield body[start:place]
            start = place + 1
    yield body[start:]


def _clause(word: str, text: str) -> str:
    found = re.search(rf"{word} (.+)", text)
    return found[1].strip() if found else "–"


def _section(one: Table) -> Iterator[str]:
    compressed = f" Columns without a codec of their own: {one.codec}." if one.engine != "Null" else ""
    yield from (f"## {one.name}", "", f"Made by migration `{one.migration}`.{compressed}", "")
    yield from table(("column", "type"), [(name, f"`{kind}`") for name, kind in one.columns])
    if one.checks:
        yield from ("What breaks one of these is refused:", "")
        yield from (f"- `{check}`" for check in one.checks)
        yield ""
