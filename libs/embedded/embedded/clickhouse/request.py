"""A request as ClickHouse's HTTP interface means it: what the URL and the headers say about the query."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from embedded.clickhouse import errors

# Parameters of the interface itself; every other one is a setting, or a bound value (`param_<name>`).
_PARAMETERS = """
    query database default_format query_id session_id session_timeout session_check user password quota_key role
    buffer_size wait_end_of_query compress decompress enable_http_compression client_protocol_version
    send_progress_in_http_headers http_headers_progress_interval_ms cancel_http_readonly_queries_on_client_close
    add_http_cors_header http_zlib_compression_level
"""
_OF_THE_INTERFACE = frozenset(_PARAMETERS.split())
_BLOCK_FORMATS = ("compress", "decompress")
_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_FORMAT_NAME = re.compile(r"\w+")
_ON = frozenset({"1", "true"})

DEFAULT_DATABASE = "default"
# ClickHouse's own default of `buffer_size`, in bytes: an answer up to it is sent when it is complete.
DEFAULT_BUFFER_BYTES = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    query: str
    database: str
    default_format: str
    query_id: str
    settings: Mapping[str, str]
    parameters: Mapping[str, str]
    wait_end_of_query: bool
    buffer_bytes: int

    @property
    def timezone(self) -> str | None:
        return self.settings.get("session_timezone")


def parse(
    *, url_query: bytes, headers: Mapping[str, str], method: str, form: Iterable[tuple[str, str]] = ()
) -> Request:
    """`headers` have lower-case names. Raises ClickHouseError on what this gateway cannot do."""
    given = dict(parse_qsl(url_query.decode("ascii", "replace"), keep_blank_values=True)) | dict(form)
    for name in _BLOCK_FORMATS:
        if given.get(name) in _ON:
            reason = f"{name}=1 is not supported by the embedded ClickHouse; use Content-Encoding instead"
            raise errors.refusal(errors.NOT_IMPLEMENTED, "NOT_IMPLEMENTED", reason)
    return Request(
        query=given.get("query", ""),
        database=given.get("database") or headers.get("x-clickhouse-database") or DEFAULT_DATABASE,
        default_format=_format(given.get("default_format") or headers.get("x-clickhouse-format") or "TabSeparated"),
        query_id=given.get("query_id") or str(uuid.uuid4()),
        settings=_settings(given, method),
        parameters={name.removeprefix("param_"): value for name, value in given.items() if name.startswith("param_")},
        wait_end_of_query=given.get("wait_end_of_query") in _ON,
        buffer_bytes=_number(given.get("buffer_size")) or DEFAULT_BUFFER_BYTES,
    )


def _settings(given: Mapping[str, str], method: str) -> Mapping[str, str]:
    settings = {
        name: value for name, value in given.items() if name not in _OF_THE_INTERFACE and not name.startswith("param_")
    }
    for name in settings:
        if not _SETTING_NAME.fullmatch(name):
            raise errors.refusal(errors.UNKNOWN_SETTING, "UNKNOWN_SETTING", f"Unknown setting {name!r}")
    # ClickHouse takes GET for reading only.
    if method == "GET" and settings.get("readonly", "0") == "0":
        settings["readonly"] = "2"
    # Last, since it forbids setting the others.
    return {name: settings[name] for name in sorted(settings, key=lambda name: name == "readonly")}


def _format(name: str) -> str:
    if not _FORMAT_NAME.fullmatch(name):
        raise errors.refusal(errors.UNKNOWN_FORMAT, "UNKNOWN_FORMAT", f"Unknown format {name!r}")
    return name


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
