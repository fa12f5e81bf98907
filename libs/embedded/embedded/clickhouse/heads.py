"""The heads of answers, named and filled as ClickHouse does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from embedded.clickhouse.engine import Outcome
from embedded.clickhouse.errors import ClickHouseError

_TAB_SEPARATED = "text/tab-separated-values; charset=UTF-8"
_JSON = "application/json; charset=UTF-8"
_NDJSON = "application/x-ndjson; charset=UTF-8"
_PLAIN = "text/plain; charset=UTF-8"
# By how a format's name begins; the first that fits. What is not here is text or bytes that no browser need open.
_CONTENT_TYPES = (
    ("TabSeparated", _TAB_SEPARATED),
    ("TSV", _TAB_SEPARATED),
    ("CSV", "text/csv; charset=UTF-8; header=absent"),
    ("JSONEachRow", _NDJSON),
    ("JSONCompactEachRow", _NDJSON),
    ("JSON", _JSON),
    ("Native", "application/octet-stream"),
    ("RowBinary", "application/octet-stream"),
    ("Parquet", "application/octet-stream"),
    ("Arrow", "application/octet-stream"),
    ("ORC", "application/octet-stream"),
    ("XML", "application/xml; charset=UTF-8"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What the server says of itself with every answer."""

    name: str
    version: str
    timezone: str


def common(server: Server, *, query_id: str, timezone: str | None) -> dict[str, str]:
    return {
        "X-ClickHouse-Server-Display-Name": server.name,
        "X-ClickHouse-Query-Id": query_id,
        "X-ClickHouse-Timezone": timezone or server.timezone,
    }


def rows(answer_format: str) -> dict[str, str]:
    content_type = next((kind for start, kind in _CONTENT_TYPES if answer_format.startswith(start)), _PLAIN)
    if content_type.startswith("text/csv") and "WithNames" in answer_format:
        content_type = content_type.replace("absent", "present")
    return {"Content-Type": content_type, "X-ClickHouse-Format": answer_format}


def failure(error: ClickHouseError) -> dict[str, str]:
    return {"Content-Type": _PLAIN, "X-ClickHouse-Exception-Code": str(error.code)}


def summary(outcome: Outcome, *, size: int) -> dict[str, str]:
    """`size`: bytes of the answer."""
    values: Mapping[str, int] = {
        "read_rows": outcome.read_rows,
        "read_bytes": outcome.read_bytes,
        "written_rows": outcome.written_rows,
        "written_bytes": outcome.written_bytes,
        "total_rows_to_read": outcome.read_rows,
        "result_rows": outcome.result_rows,
        "result_bytes": size,
        "elapsed_ns": round(outcome.seconds * 1e9),
    }
    return {"X-ClickHouse-Summary": json.dumps({name: str(value) for name, value in values.items()})}


def failure_text(error: ClickHouseError, server: Server) -> bytes:
    version = "" if "(version " in error.text else f" (version {server.version})"
    return f"{error.text}{version}\n".encode()


def failure_in_stream(error: ClickHouseError, server: Server, *, tag: str) -> bytes:
    """What ClickHouse writes into an answer that fails after its beginning, before it cuts the connection."""
    message = failure_text(error, server)
    return b"\r\n__exception__\r\n%b\r\n%b%d %b\r\n__exception__\r\n" % (
        tag.encode(),
        message,
        len(message),
        tag.encode(),
    )
