"""How the gateway reads SQL: where the format and the rows are, and what is refused. No engine here."""

import pytest

from embedded.clickhouse import statement
from embedded.clickhouse.errors import ClickHouseError
from embedded.clickhouse.guard import Guard
from embedded.clickhouse.lexer import tokens
from embedded.clickhouse.statement import Command, Insert, Question

GUARD = Guard.against(
    functions=["url", "s3", "file", "remote", "mysql", "numbers", "view", "values"],
    engines=["URL", "File", "S3", "MergeTree", "ReplacingMergeTree", "Null", "Memory", "Filesystem", "Atomic"],
)


def question(sql: str) -> Question:
    found, _ = statement.parse(sql.encode())
    assert isinstance(found, Question)
    return found


def insert(sql: bytes) -> Insert:
    found, _ = statement.insert_in(sql)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", "SELECT 1\nINTO OUTFILE '/p' APPEND\nFORMAT CSV "),
        ("SELECT 1 FORMAT Native", "SELECT 1 \nINTO OUTFILE '/p' APPEND\nFORMAT Native "),
        ("select 1\n format JSON ;\n", "select 1\n \nINTO OUTFILE '/p' APPEND\nFORMAT JSON "),
        ("SELECT 1 FORMAT TSV SETTINGS a=1", "SELECT 1 \nINTO OUTFILE '/p' APPEND\nFORMAT TSV  SETTINGS a=1"),
        ("SELECT 'x FORMAT CSV'", "SELECT 'x FORMAT CSV'\nINTO OUTFILE '/p' APPEND\nFORMAT CSV "),
        ("SELECT format FROM t", "SELECT format FROM t\nINTO OUTFILE '/p' APPEND\nFORMAT CSV "),
        ("SELECT t.format AS x", "SELECT t.format AS x\nINTO OUTFILE '/p' APPEND\nFORMAT CSV "),
        ("SELECT 1 -- FORMAT Native", "SELECT 1\nINTO OUTFILE '/p' APPEND\nFORMAT CSV "),
        (
            "/* INSERT */ WITH 1 AS x SELECT x",
            "/* INSERT */ WITH 1 AS x SELECT x\nINTO OUTFILE '/p' APPEND\nFORMAT CSV ",
        ),
        ("(SELECT 1) UNION ALL (SELECT 2)", "(SELECT 1) UNION ALL (SELECT 2)\nINTO OUTFILE '/p' APPEND\nFORMAT CSV "),
    ],
)
def test_the_answer_of_a_question_goes_where_it_is_told_in_the_format_it_asks_for(sql: str, expected: str) -> None:
    assert question(sql).into("/p", default_format="CSV") == expected


@pytest.mark.parametrize(
    ("sql", "expected", "rows"),
    [
        (b"INSERT INTO t FORMAT CSV\n1,2\n", "INSERT INTO t \nFROM INFILE '/p'\n FORMAT CSV", b"1,2\n"),
        (b"INSERT INTO t FORMAT Native\r\n\n\x01", "INSERT INTO t \nFROM INFILE '/p'\n FORMAT Native", b"\n\x01"),
        (
            b"insert into t (a, `format`) format CSV 1",
            "insert into t (a, `format`) \nFROM INFILE '/p'\n FORMAT CSV",
            b"1",
        ),
        (b"INSERT INTO d.format FORMAT CSV\n1", "INSERT INTO d.format \nFROM INFILE '/p'\n FORMAT CSV", b"1"),
        (b"INSERT INTO values VALUES (1)", "INSERT INTO values \nFROM INFILE '/p'\n FORMAT Values", b" (1)"),
        (b"INSERT INTO t VALUES (';', 2)", "INSERT INTO t \nFROM INFILE '/p'\n FORMAT Values", b" (';', 2)"),
        (
            b"INSERT INTO TABLE t (a) SETTINGS async_insert=0 FORMAT JSONEachRow\n{}",
            "INSERT INTO TABLE t (a) \nFROM INFILE '/p'\nSETTINGS async_insert=0  FORMAT JSONEachRow",
            b"{}",
        ),
        (b"INSERT INTO t FORMAT CSV\n1 'unclosed", "INSERT INTO t \nFROM INFILE '/p'\n FORMAT CSV", b"1 'unclosed"),
    ],
)
def test_the_rows_of_an_insert_begin_behind_its_format(sql: bytes, expected: str, rows: bytes) -> None:
    found = insert(sql)
    assert found.reading("/p") == expected
    assert sql[found.rows_at :] == rows


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t SELECT 1",
        "INSERT INTO t (a) WITH 1 AS x SELECT x",
        "CREATE TABLE t (a Int8)",
        "ALTER TABLE t ADD COLUMN format String",
    ],
)
def test_what_has_no_rows_behind_it_and_no_long_answer_is_a_command(sql: str) -> None:
    assert statement.insert_in(sql.encode())[0] is None
    assert statement.parse(sql.encode())[0] == Command(sql)


@pytest.mark.parametrize(
    ("sql", "reason"), [("SELECT 1; DROP TABLE t", "Multi-statements"), (" ; -- x", "Empty query")]
)
def test_one_statement_is_taken_at_a_time(sql: str, reason: str) -> None:
    with pytest.raises(ClickHouseError, match=reason) as caught:
        statement.parse(sql.encode())
    assert (caught.value.code, caught.value.status) == (62, 400)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM url('http://x', CSV)",
        "SELECT * FROM `url`('http://x')",
        "SELECT * FROM URL /* hm */ ('http://x')",
        "SELECT 1 FROM a WHERE b IN (SELECT c FROM s3('x'))",
        "INSERT INTO FUNCTION file('x.csv') SELECT 1",
        "INSERT INTO TABLE FUNCTION remote('h', d.t) SELECT 1",
        "CREATE TABLE t (a Int8) ENGINE = URL('http://x', CSV)",
        "CREATE TABLE t (a Int8) ENGINE File(CSV)",
        "CREATE DATABASE d ENGINE = Filesystem",
        "CREATE DICTIONARY d (a Int8) PRIMARY KEY a SOURCE(HTTP(url 'http://x')) LAYOUT(FLAT())",
        "SELECT 1 INTO OUTFILE 'x'",
        "INSERT INTO t FROM INFILE 'x' FORMAT CSV",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM default.`../../secret`",
        "DESCRIBE TABLE mysql('h', 'd', 't', 'u', 'p')",
    ],
)
def test_what_leaves_the_process_is_refused(sql: str) -> None:
    with pytest.raises(ClickHouseError, match="is refused here") as caught:
        GUARD.check(list(tokens(sql.encode())))
    assert (caught.value.code, caught.value.status) == (497, 403)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'url(1)', \"file\", `s3` FROM t -- url('x')",
        "SELECT url, file AS remote FROM t WHERE url IN ('x')",
        "SELECT share_url(1), urlencode('x'), file_name('y') /* s3('x') */",
        "INSERT INTO url (file, s3) VALUES",
        "SELECT * FROM d.url(a = 1)",
        "CREATE TABLE t (url String, file String) ENGINE = ReplacingMergeTree ORDER BY url",
        "CREATE TABLE t (a Int8) ENGINE = Null",
        "SELECT trim(BOTH 'x' FROM 'xax'), 'a/b' AS path, '/etc' AS root",
        "SELECT * FROM numbers(10), view(SELECT 1)",
    ],
)
def test_names_and_texts_that_only_look_like_it_pass(sql: str) -> None:
    GUARD.check(list(tokens(sql.encode())))
