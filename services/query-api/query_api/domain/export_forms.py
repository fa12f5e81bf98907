"""The forms an export may have: what each is called on the wire, as a file, and in a mail."""

from collections.abc import Mapping
from dataclasses import dataclass

from query_api.domain.asking import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForm:
    media_type: str
    extension: str


FILE_FORMS: Mapping[Format, FileForm] = {
    Format.CSV: FileForm(media_type="text/csv; charset=utf-8; header=present", extension="csv"),
    Format.CSV_EXCEL: FileForm(media_type="text/csv; charset=utf-8; header=present", extension="csv"),
    Format.JSONL: FileForm(media_type="application/jsonl; charset=utf-8", extension="jsonl"),
    Format.PARQUET: FileForm(media_type="application/vnd.apache.parquet", extension="parquet"),
    Format.XLSX: FileForm(
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", extension="xlsx"
    ),
}
