"""How the gateway reads a request and words an error. No engine, no network."""

import gzip
import zlib

import lz4.frame
import pytest
import zstandard
from starlette.datastructures import Headers

from embedded.clickhouse import errors, request
from embedded.clickhouse.content import Decoder
from embedded.clickhouse.errors import ClickHouseError
from embedded.clickhouse.request import Request


def parse(url_query: str, *, method: str = "POST", headers: dict[str, str] | None = None) -> Request:
    return request.parse(url_query=url_query.encode(), headers=Headers(headers or {}), method=method)


def test_settings_and_bound_values_are_told_from_the_interfaces_own_parameters() -> None:
    asked = parse("query=SELECT+1&database=d&param_x=a%09b&max_threads=1&session_id=s&wait_end_of_query=1&query_id=q")
    assert asked.query == "SELECT 1"
    assert (asked.database, asked.query_id, asked.wait_end_of_query) == ("d", "q", True)
    assert asked.parameters == {"x": "a\tb"}
    assert asked.settings == {"max_threads": "1"}


def test_headers_stand_in_for_parameters_that_are_not_given() -> None:
    asked = parse("database=", headers={"X-ClickHouse-Database": "d", "X-ClickHouse-Format": "CSV"})
    assert (asked.database, asked.default_format) == ("d", "CSV")


def test_a_query_without_an_id_gets_one() -> None:
    assert parse("query_id=").query_id != parse("").query_id != ""


@pytest.mark.parametrize(("url_query", "readonly"), [("", "2"), ("readonly=0", "2"), ("readonly=1", "1")])
def test_get_only_reads(url_query: str, readonly: str) -> None:
    assert parse(url_query, method="GET").settings == {"readonly": readonly}


def test_readonly_is_set_last_because_it_forbids_the_others() -> None:
    assert list(parse("readonly=1&max_threads=1").settings) == ["max_threads", "readonly"]


@pytest.mark.parametrize(
    ("url_query", "code"),
    [("decompress=1", 48), ("compress=1", 48), ("a%3D1%2Cb=1", 115), ("default_format=CSV+X", 73)],
)
def test_what_cannot_be_done_is_said(url_query: str, code: int) -> None:
    with pytest.raises(ClickHouseError) as caught:
        parse(url_query)
    assert caught.value.code == code


@pytest.mark.parametrize("step", [1, 7, 10_000])
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("", b"one" * 500 + b"two"),
        ("lz4", lz4.frame.compress(b"one" * 500) + lz4.frame.compress(b"two")),
        ("zstd", zstandard.compress(b"one" * 500) + zstandard.compress(b"two")),
        ("gzip", gzip.compress(b"one" * 500, mtime=0) + gzip.compress(b"two", mtime=0)),
        ("deflate", zlib.compress(b"one" * 500 + b"two")),
    ],
)
def test_a_body_may_be_several_compressed_frames_cut_anywhere(name: str, body: bytes, step: int) -> None:
    decoder = Decoder(name)
    plain = b"".join(decoder.feed(body[start : start + step]) for start in range(0, len(body), step))
    decoder.finish()
    assert plain == b"one" * 500 + b"two"


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("lz4", lz4.frame.compress(b"one" * 500)[:-6], 618),
        ("zstd", zstandard.compress(b"one" * 500)[:-3], 561),
        ("gzip", gzip.compress(b"one" * 500, mtime=0)[:-9], 354),
        ("lz4", b"no lz4 at all, but long enough", 618),
        ("zstd", b"no zstd at all, but long enough", 561),
    ],
)
def test_a_broken_or_cut_body_is_an_error(name: str, body: bytes, code: int) -> None:
    def decode() -> None:
        decoder = Decoder(name)
        decoder.feed(body)
        decoder.finish()

    with pytest.raises(ClickHouseError) as caught:
        decode()
    assert caught.value.code == code


def test_an_unknown_encoding_is_an_error() -> None:
    with pytest.raises(ClickHouseError, match="snappy"):
        Decoder("snappy")


def test_an_error_of_the_engine_loses_what_the_client_never_wrote() -> None:
    message = (
        "Code: 27. DB::Exception: Code: 27. DB::Exception: Cannot parse input: (at row 2)\n: (in file/uri /x/y):"
        " While executing ParallelParsingBlockInputFormat: While executing File: data for INSERT was parsed from file."
        " (CANNOT_PARSE_INPUT_ASSERTION_FAILED) (version 26.9.2.1). (CANNOT_PARSE_INPUT_ASSERTION_FAILED)"
    )
    error = errors.from_engine(message)
    assert (error.code, error.status) == (27, 400)
    assert error.text == (
        "Code: 27. DB::Exception: Cannot parse input: (at row 2)\n: While executing ParallelParsingBlockInputFormat."
        " (CANNOT_PARSE_INPUT_ASSERTION_FAILED)"
    )
