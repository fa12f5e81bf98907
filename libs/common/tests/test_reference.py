"""The reference pages say what the code does."""

import re

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from common.catalog import catalog
from common.catalog.export import exported
from common.catalog.reference import HEAD, fields_page, metrics_page, widgets_page
from common.warehouse.coverage_reference import coverage_page
from common.warehouse.migrate import Migration, migrations
from common.warehouse.reference import tables, tables_page

PAGES = {
    "metrics": metrics_page(catalog()),
    "widgets": widgets_page(catalog()),
    "fields": fields_page(catalog()),
    "tables": tables_page(migrations()),
    "coverage": coverage_page(),
}


def section(page: str, heading: str) -> str:
    return PAGES[page].split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_in_its_first_line_how_it_is_made(name: str) -> None:
    assert PAGES[name].splitlines()[0] == HEAD
    assert "make generate" in HEAD


def test_every_metric_widget_and_field_has_its_place() -> None:
    for metric in catalog().metrics.values():
        text = section("metrics", metric.slug)
        assert metric.meaning in text
        assert metric.differs in text
        assert all(caveat in text for caveat in metric.caveats)
    for widget in catalog().widgets.values():
        assert all(f"| {column.slug} |" in section("widgets", widget.slug) for column in catalog().columns(widget))
    assert all(f"{field.name}`" in PAGES["fields"] for field in catalog().fields)


def test_a_ratio_names_its_formula_fields_roll_up_and_limits() -> None:
    text = section("metrics", "post_average_watch_time")
    assert "TikTok Total Play Time ÷ TikTok Post Video Views" in text
    assert "`/business/video/list/ → videos[].total_time_watched`" in text
    assert "sum over sum, of the rows that have both" in text
    assert "missing while a post is idle for more than 7 days: `total_time_watched`." in text


def test_a_gate_is_named_where_every_account_needs_it_and_not_where_another_field_serves() -> None:
    assert "for Business accounts only" in section("metrics", "new_followers")
    assert "Business accounts only" not in section("metrics", "net_followers")


def test_a_widget_without_its_rollup_says_that_it_has_no_view_yet() -> None:
    assert "- View: not yet: there is no `benchmark`" in section("widgets", "benchmark")
    assert "- View: `widget_account_explorer`" in section("widgets", "account_explorer")
    assert "- View: `widget_account_explorer_activity`" in section("widgets", "account_explorer_activity")
    assert "- Totals: `widget_label_explorer_totals`" in section("widgets", "label_explorer")


def test_growth_says_what_it_is_made_of() -> None:
    row = "| growth | post lifetime | sum of likes | `/business/video/list/ → videos[].likes` |"
    assert row in section("metrics", "post_likes")
    assert "| growth |" not in section("metrics", "post_reach")


def test_the_export_holds_every_row_with_its_measures() -> None:
    rows = exported(catalog())
    for name in ("metrics", "dimensions", "widgets"):
        slugs = [row["slug"] for row in rows[name]]
        assert slugs == list(getattr(catalog(), name))


async def test_the_tables_page_has_the_columns_clickhouse_has(empty: AsyncClient) -> None:
    sql = "SELECT table, groupArray((name, type)) FROM system.columns WHERE database = currentDatabase() GROUP BY table"
    actual = {str(name): list(columns) for name, columns in (await empty.query(sql)).result_rows}
    found = tables(migrations())
    assert {"post_facts", "account_day"} <= {one.name for one in found}
    for one in found:
        told = [(name, _bare(kind)) for name, kind in one.columns]
        assert told == [(name, _bare(kind)) for name, kind in actual[one.name]], one.name


async def test_the_tables_page_names_the_codec_that_parts_are_written_with(empty: AsyncClient) -> None:
    """Facts are kept for ever: each table of them names one, and none of their columns has another."""
    facts = [one for one in tables(migrations()) if one.name.endswith("_facts")]
    assert len(facts) == 9
    assert not [name for one in facts for name, kind in one.columns if "CODEC" in kind]
    for one in facts:
        await empty.command(f"INSERT INTO {one.name} (account_id) VALUES (generateUUIDv4())")
        sql = "SELECT default_compression_codec FROM system.parts WHERE active AND table = {table:String}"
        result = await empty.query(f"{sql} AND database = currentDatabase()", parameters={"table": one.name})
        assert set(result.result_rows) == {(one.codec,)} == {("ZSTD(3)",)}, one.name
        await empty.command(f"TRUNCATE TABLE {one.name}")


def _bare(kind: str) -> str:
    """A type without what follows it, without blanks and line ends, and without ClickHouse's quotes around names."""
    return "".join(re.split(r" DEFAULT | CODEC", kind, maxsplit=1)[0].replace("`", "").split())


def test_a_column_added_later_is_in_its_table() -> None:
    later = Migration(
        number=99, name="later", template="ALTER TABLE post_facts${on_cluster} ADD COLUMN mood Nullable(Int64);"
    )
    described = {one.name: one for one in tables((*migrations(), later))}
    assert described["post_facts"].columns[-1] == ("mood", "Nullable(Int64)")


def test_a_codec_given_later_stands_beside_its_column() -> None:
    sql = """ALTER TABLE post_facts${on_cluster}
        MODIFY COLUMN likes CODEC(T64, ZSTD(1)),
        MODIFY COLUMN inserted_at CODEC(LZ4);"""
    described = {one.name: one for one in tables((*migrations(), Migration(number=99, name="later", template=sql)))}
    columns = dict(described["post_facts"].columns)
    assert columns["likes"] == "Nullable(Int64) CODEC(T64, ZSTD(1))"
    assert columns["inserted_at"] == "DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(LZ4)"
    gone = Migration(
        number=100, name="last", template="ALTER TABLE post_facts${on_cluster} MODIFY COLUMN likes REMOVE CODEC;"
    )
    given = Migration(number=99, name="later", template=sql)
    described = {one.name: one for one in tables((*migrations(), given, gone))}
    assert dict(described["post_facts"].columns)["likes"] == "Nullable(Int64)"
    with pytest.raises(ValueError, match="no columns"):
        tables((*migrations(), Migration(number=99, name="later", template=sql.replace("likes", "lykes"))))
