"""The migration of new fields; `tests/architecture/test_one_field.py` applies one."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from common.warehouse.migrate import Migration, migrations
from common.warehouse.new_fields import NotWritten, new_fields, write_migration
from common.warehouse.reference import Table, tables

TABLES = {
    "username": {"account_facts"},
    "bio_link_clicks": {"profile_day_facts", "account_day"},
    "website_clicks": {"post_facts", "post_latest", "post_day"},
    "caption": {"post_facts", "post_latest"},
}


def without(field: str) -> Sequence[Migration]:
    """The migrations as if TikTok had called it otherwise."""
    return [replace(one, template=re.sub(rf"\b{field}\b", "otherwise", one.template)) for one in migrations()]


def holding(name: str, found: Sequence[Table]) -> dict[str, str]:
    return {one.name: dict(one.columns)[name] for one in found if name in dict(one.columns)}


@pytest.mark.parametrize("field", TABLES)
def test_a_field_comes_to_be_wherever_one_of_its_kind_is(field: str) -> None:
    known = without(field)
    sql = new_fields(known)
    found = tables((*known, Migration(number=len(known) + 1, name="new", template=sql)))
    assert holding(field, found) == holding("otherwise", found)
    assert holding(field, found).keys() == TABLES[field]
    for one in found:
        told = [*(kind for _, kind in one.columns), *one.checks]
        assert _words(told, field) == _words(told, "otherwise"), one.name
    assert sql.count(f".{field} AS {field}\n") == 1


def _words(texts: Sequence[str], word: str) -> int:
    return sum(len(re.findall(rf"\b{word}\b", text)) for text in texts)


def test_nothing_is_written_while_the_tables_have_every_field() -> None:
    assert new_fields(migrations()) == ""
    assert write_migration("nothing_new") == []


def test_a_breakdown_is_refused_by_name() -> None:
    with pytest.raises(NotWritten, match=r"^audience_activity: .* see 0005_breakdowns\.sql$"):
        new_fields(without("audience_activity"))


@pytest.mark.parametrize("name", ["", "Saves", "playlist saves", "../saves", "7_saves"])
def test_a_name_that_no_migration_can_have_is_refused(name: str) -> None:
    with pytest.raises(NotWritten, match="is no name for a migration"):
        write_migration(name)
