"""How each form of an export is written by ClickHouse: its name of the format, settings, and what a cell is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from common.catalog import Kind
from query_api.domain.asking import Format
from query_api.domain.columns import Column

Setting = str | int | float

# A cell that begins so is a formula to Excel, LibreOffice and Google Sheets; an apostrophe makes it text.
_FORMULA = r"'^[=+@\\t\\r-]'"
# More digits than a spreadsheet's number keeps.
_LONG_NUMBER = r"'^[0-9]{12,}$'"
_MARK_OF_UTF8 = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One form as ClickHouse writes it. `cell` is the SQL of a column; `opening` stands before the first byte."""

    form: str
    settings: Mapping[str, Setting]
    cell: Callable[[Column], str]
    opening: bytes = field(default=b"")


def _plain(column: Column) -> str:
    return f"rows.{column.name}"


def _text(column: Column) -> str:
    """Text that is valid whatever was stored."""
    return f"toValidUTF8({_plain(column)})" if column.kind is Kind.TEXT else _plain(column)


def _readable(column: Column) -> str:
    """An id as people and other programs write it; otherwise it is 16 bytes in Parquet."""
    return f"toString({_plain(column)})" if column.kind is Kind.ID else _text(column)


def _csv(column: Column) -> str:
    if column.kind is not Kind.TEXT:
        return _plain(column)
    # Only the end of a row is CRLF, so that rows can be counted by it.
    text = f"replaceAll({_text(column)}, '\\r\\n', '\\n')"
    return f"if(match({text}, {_FORMULA}), concat('\\'', {text}), {text})"


def _csv_excel(column: Column) -> str:
    if column.kind is not Kind.TEXT:
        return _plain(column)
    # The one way to have Excel keep the digits of a post's id.
    return f"if(match({_plain(column)}, {_LONG_NUMBER}), concat('=\"', {_plain(column)}, '\"'), {_csv(column)})"


_JSON_SETTINGS: Mapping[str, Setting] = {
    "output_format_json_quote_64bit_integers": 0,
    "date_time_output_format": "iso",
}
# RFC 4180 ends lines with CRLF; a missing value is an empty cell.
_CSV_SETTINGS: Mapping[str, Setting] = {
    "output_format_csv_crlf_end_of_line": 1,
    "format_csv_null_representation": "",
    "date_time_output_format": "iso",
}
_PARQUET_SETTINGS: Mapping[str, Setting] = {
    "output_format_parquet_string_as_string": 1,
    "output_format_parquet_date_as_uint16": 0,
    "output_format_parquet_datetime_as_uint32": 0,
    "output_format_parquet_compression_method": "zstd",
    # A group is held in memory until it is full: ClickHouse's own million rows are more than a query may take.
    "output_format_parquet_row_group_size": 100_000,
}

WRITTEN: Mapping[Format, Written] = {
    Format.CSV: Written(form="CSVWithNames", settings=_CSV_SETTINGS, cell=_csv),
    Format.CSV_EXCEL: Written(
        form="CSVWithNames", settings=_CSV_SETTINGS, cell=_csv_excel, opening=_MARK_OF_UTF8.encode()
    ),
    Format.JSONL: Written(form="JSONEachRow", settings=_JSON_SETTINGS, cell=_text),
    Format.PARQUET: Written(form="Parquet", settings=_PARQUET_SETTINGS, cell=_readable),
    # Rows for the writer of the sheet.
    Format.XLSX: Written(form="JSONCompactEachRow", settings=_JSON_SETTINGS, cell=_text),
}
