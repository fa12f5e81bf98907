"""How many rows a file has, read from its bytes."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from query_api.domain.asking import Format
from query_api.domain.digesting import Digesting
from query_api.domain.parquet_footer import TAIL_BYTES, NoFooter, footer_bytes, rows_in


@pytest.mark.parametrize("at", range(20))
def test_rows_of_csv_are_counted_wherever_its_bytes_are_torn(at: int) -> None:
    whole = b'day,text\r\n"1","a\nb"\r\n"2","c"\r\n'
    digesting = Digesting(Format.CSV)
    for piece in (whole[:at], whole[at : at + 1], whole[at + 1 :]):
        digesting.take(piece)
    assert (digesting.rows, digesting.bytes) == (2, len(whole))


def test_an_export_without_rows_has_none() -> None:
    csv, lines = Digesting(Format.CSV), Digesting(Format.JSONL)
    csv.take(b"day,text\r\n")
    assert (csv.rows, lines.rows) == (0, 0)


@pytest.mark.parametrize("rows", [0, 1, 300, 70_000])
def test_parquet_says_how_many_rows_it_has(rows: int) -> None:
    columns = {f"column {number}": pa.array(range(rows), pa.int64()) for number in range(20)}
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, row_group_size=1_000)
    content = file.getvalue()
    end = len(content) - TAIL_BYTES
    assert rows_in(content[end - footer_bytes(content[end:]) : end]) == rows


@pytest.mark.parametrize("tail", [b"", b"PAR1", b"12345678", b"\x00\x00\x00\x00PAR2"])
def test_what_ends_otherwise_is_no_parquet(tail: bytes) -> None:
    with pytest.raises(NoFooter):
        footer_bytes(tail)


@pytest.mark.parametrize("footer", [b"", b"\x00", b"\x15", b"\x1d\x02"])
def test_a_footer_that_says_nothing_is_refused(footer: bytes) -> None:
    with pytest.raises(NoFooter):
        rows_in(footer)
