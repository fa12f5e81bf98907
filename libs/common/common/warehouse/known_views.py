"""Views of the past: what a rollup or a widget said at a moment, computed from the facts recorded by then.

`SELECT * FROM <rollup>_known(workspace_id = …, accounts = […], known_at = …)`, and `widget_<slug>_known` with the
widget's own parameters and `known_at`. The rollups' SELECTs are written into folder `known` by `make generate`.

The SELECTs stand in each view whole: ClickHouse looks up a view that another one calls in the caller's database.
"""

import re
from collections.abc import Mapping
from importlib import resources

from common.warehouse.views import view_statements

PARAMETER = "known_at"

_ROLLUP = (
    "\nCREATE OR REPLACE VIEW {name}_known${{on_cluster}} AS\nSELECT * EXCEPT (version, is_deleted) FROM (\n{select})\n"
)
_CREATED = re.compile(r"CREATE OR REPLACE VIEW (\w+)")
_READ = re.compile(r"\b(?P<table>\w+)(?: AS (?P<alias>\w+))? FINAL\b")
_RECORDED = (
    "SELECT * FROM {table} FINAL WHERE workspace_id = {{workspace_id:UUID}} "
    "AND recorded_at <= {{known_at:DateTime64(3, 'UTC')}}\n"
)


def known_statements() -> tuple[str, ...]:
    """`CREATE OR REPLACE VIEW` for every rollup and every widget, with the placement still to be filled in."""
    selects = rollup_selects()
    rollups = (_ROLLUP.format(name=name, select=select) for name, select in selects.items())
    return (*rollups, *(_known(statement, selects) for statement in view_statements()))


def rollup_selects() -> Mapping[str, str]:
    """Rollup → its SELECT with parameters workspace_id, accounts and known_at."""
    folder = resources.files("common.warehouse") / "known"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return {file.name.removesuffix(".sql"): file.read_text() for file in files}


def _known(statement: str, selects: Mapping[str, str]) -> str:
    """The view's SELECT, reading a rollup's computation instead of the rollup."""

    def computed(match: re.Match[str]) -> str:
        table = match["table"]
        select = selects.get(table) or _RECORDED.format(table=table)
        return f"(\n{select}) AS {match['alias'] or table}"

    return _READ.sub(computed, _CREATED.sub(r"CREATE OR REPLACE VIEW \1_known", statement))
