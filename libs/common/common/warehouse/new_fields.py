"""Writes the migration that brings fields the catalog has gained into the warehouse.

What is there already is read out of the migrations so far: columns are added to facts and rollups, and the landing
tables and the views that read them are made as they were made last, with the new fields.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from common.catalog import Field, Grain, Kind
from common.warehouse.columns import fact_columns, growth_columns, list_columns, scalar_fields
from common.warehouse.migrate import Migration, migrations, statements
from common.warehouse.reference import tables

New = Mapping[Grain, tuple[Field, ...]]

_HEAD = "-- Fields that were not asked for before: {names}."
_LANDING = re.compile(r"CREATE (?:OR REPLACE )?TABLE (landing_\w+)(.*)", re.DOTALL)
_VIEW = re.compile(r"(?:CREATE MATERIALIZED VIEW|ALTER TABLE) (landing_to_\w+).*?\n(SELECT\b.*)", re.DOTALL)
_NOT_NEGATIVE = {
    Kind.INTEGER: "counters_are_not_negative CHECK NOT ifNull(least(",
    Kind.NUMBER: "amounts_are_not_negative CHECK NOT ifNull(least(",
}


class NotWritten(RuntimeError):
    """No migration can be written; nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How the fields of a grain come into facts."""

    landing: str
    inside: str
    """The member of the landing table that holds them."""
    given: str
    """The same, as the view calls it."""
    facts: str
    lists: str
    """The facts that hold its breakdowns."""


_WAYS = {
    Grain.PROFILE: _Way(
        landing="landing_profile_snapshots",
        inside="profile",
        given="profile",
        facts="account_facts",
        lists="audience_facts",
    ),
    Grain.PROFILE_DAY: _Way(
        landing="landing_profile_snapshots",
        inside="values",
        given="one.values",
        facts="profile_day_facts",
        lists="profile_day_facts",
    ),
    Grain.POST: _Way(
        landing="landing_post_snapshots", inside="values", given="values", facts="post_facts", lists="traffic_facts"
    ),
}


def write_migration(name: str) -> list[str]:
    """Writes the next migration and returns its name; nothing where every field is there."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise NotWritten(f"{name!r} is no name for a migration: small letters, digits and underscores, a letter first")
    known = migrations()
    sql = new_fields(known)
    path = Path(__file__).parent / "migrations" / f"{len(known) + 1:04}_{name}.sql"
    if sql:
        path.write_text(sql)
    return [path.name] if sql else []


def new_fields(known: Sequence[Migration]) -> str:
    """The text of the migration after `known`; empty where their tables have every field of the catalog."""
    have = {table.name: dict(table.columns) for table in tables(known)}
    new = {grain: fields for grain in Grain if (fields := _missing(grain, have))}
    if not new:
        return ""
    names = ", ".join(field.name for fields in new.values() for field in fields)
    changes = (*_columns(have), *_landings(known, new), *_views(known, new))
    return _HEAD.format(names=names) + "\n" + ";\n\n".join(changes) + ";\n"


def _missing(grain: Grain, have: Mapping[str, Mapping[str, str]]) -> tuple[Field, ...]:
    way = _WAYS[grain]
    if lists := list_columns(grain).keys() - have[way.lists].keys():
        raise NotWritten(
            f"{', '.join(sorted(lists))}: breakdowns need constraints of their own; see 0005_breakdowns.sql"
        )
    return tuple(field for field in scalar_fields(grain) if field.name not in have[way.facts])


def _columns(have: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    wanted = {
        "account_facts": fact_columns(Grain.PROFILE),
        "profile_day_facts": fact_columns(Grain.PROFILE_DAY),
        "post_facts": fact_columns(Grain.POST),
        "account_day": fact_columns(Grain.PROFILE_DAY),
        "post_latest": fact_columns(Grain.POST),
        "post_day": growth_columns(),
    }
    for table, columns in wanted.items():
        new = {name: kind for name, kind in columns.items() if name not in have[table]}
        yield from (f"ALTER TABLE {table}${{on_cluster}} ADD COLUMN {name} {kind}" for name, kind in new.items())


def _landings(known: Sequence[Migration], new: New) -> Iterator[str]:
    """Replaced at once, as they have no rows, and their views know them by name (ADR 9)."""
    made = _made(known, _LANDING)
    for grain, fields in new.items():
        way = _WAYS[grain]
        columns = [f"{field.name} {fact_columns(grain)[field.name]}" for field in fields]
        made[way.landing] = _with(made[way.landing], f"{way.inside} Tuple(", columns)
        for field in fields:
            if grain is Grain.POST and field.minimum == 0 and (opening := _NOT_NEGATIVE.get(field.kind)):
                made[way.landing] = _with(made[way.landing], opening, [f"{way.given}.{field.name}"])
    for name in dict.fromkeys(_WAYS[grain].landing for grain in new):
        yield f"CREATE OR REPLACE TABLE {name}{made[name]}"


def _views(known: Sequence[Migration], new: New) -> Iterator[str]:
    made = _made(known, _VIEW)
    for grain, fields in new.items():
        way = _WAYS[grain]
        columns = "".join(f",\n    {way.given}.{field.name} AS {field.name}" for field in fields)
        select = made[f"landing_to_{way.facts}"].replace("\nFROM ", f"{columns}\nFROM ", 1)
        yield f"ALTER TABLE landing_to_{way.facts}${{on_cluster}} MODIFY QUERY\n{select}"


def _made(known: Sequence[Migration], pattern: re.Pattern[str]) -> dict[str, str]:
    """By name, what follows it in the last statement of the pattern."""
    found = (pattern.search(sql) for migration in known for sql in statements(migration.template))
    return {match[1]: match[2] for match in found if match}


def _with(sql: str, opening: str, lines: Sequence[str]) -> str:
    """`lines` added to the list that begins with `opening`, whose closing bracket has a line of its own."""
    start = sql.index(opening) + len(opening)
    close = _closing(sql, start)
    end = len(sql[:close].rstrip())
    margin = sql[end:close]
    return sql[:end] + "".join(f",{margin}    {line}" for line in lines) + sql[end:]


def _closing(sql: str, start: int) -> int:
    """The place of the bracket that closes what begins at `start`."""
    depth = 1
    for place in range(start, len(sql)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sql[place], 0)
        if depth == 0:
            return place
    raise NotWritten(f"what begins with {sql[start : start + 40]!r} has no end")
