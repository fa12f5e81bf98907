"""CSV as a spreadsheet meets it, large, and cut short."""

import csv
import io
import socket
import zipfile
from collections.abc import Callable

import httpx
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .system import Api, Platform, Tenant, until

RANGE = {"from_": "2026-02-01", "to": "2026-03-12"}
# Far more than the kernel's buffers hold for a client that does not read: 200 MB.
MANY, AT_ONCE = 900_000, 150_000
_TRIES = 20


def test_no_cell_is_a_formula(tenant: Tenant) -> None:
    account = tenant.connect()
    tenant.until_accounts(1)
    captions = {
        "1": "=HYPERLINK(1)",
        "2": "+1",
        "3": "-1",
        "4": "@SUM(A1)",
        "5": "\tx",
        "6": "\rx",
        "7": "a=b",
        "8": "'=1",
        "9": "",
    }
    tenant.posts(
        account,
        [
            {"post_id": post_id, "published_at": "2026-03-01 10:00:00", "caption": caption, "likes": -3}
            for post_id, caption in captions.items()
        ],
    )
    text = tenant.get("/v1/widgets/post_explorer", **RANGE, format="csv", sort="post_id").content.decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["post_id"]: row["caption"] for row in rows} == {
        post_id: f"'{caption}" if post_id in "123456" else caption for post_id, caption in captions.items()
    }
    # A number may be negative: only text is made safe.
    assert {row["post_likes"] for row in rows} == {"-3"}
    shown = tenant.widget("post_explorer", **RANGE, sort="post_id")
    assert [row[4] for row in shown["rows"]] == list(captions.values())


@pytest.fixture(scope="module")
def large(platform: Platform, api: Api) -> Tenant:
    """A workspace with very many posts."""
    tenant = Tenant(platform=platform, url=api.url)
    tenant.publish_key()
    account = tenant.connect()
    tenant.until_accounts(1)
    for first in range(0, MANY, AT_ONCE):
        platform.sql(
            f"""INSERT INTO post_latest
            (workspace_id, account_id, channel, post_id, published_at, format, caption, video_views, likes,
             first_observed_at, observed_at, version)
            SELECT '{tenant.workspace_id}', '{account}', 'tiktok', toString(number),
                toDateTime('2026-03-01 00:00:00', 'UTC') + number, 'video', repeat('words ', 20), number, 1,
                now64(3), now64(3), 1
            FROM numbers({first}, {AT_ONCE})"""
        )
    return tenant


def queries_running(tenant: Tenant) -> int:
    running = "query LIKE '%FROM post_latest FINAL%' AND query NOT LIKE '%system.processes%'"
    return int(tenant.platform.sql(f"SELECT count() FROM system.processes WHERE {running}"))


def test_a_large_export_streams_whole_without_filling_the_service(large: Tenant, api: Api) -> None:
    service = psutil.Process(api.process.pid)
    before = service.memory_info().rss
    lines, size, most = 0, 0, before
    with httpx.stream(
        "GET", f"{api.url}/v1/widgets/post_explorer", params=_parameters(), headers=large.headers, timeout=60
    ) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_bytes():
            lines += piece.count(b"\n")
            size += len(piece)
            most = max(most, service.memory_info().rss)
    assert lines == MANY + 1
    assert size > 190_000_000
    assert most - before < 40_000_000


def _broken(url: str, tenant: Tenant, **more: str) -> bytes:
    """What came of an export that broke after its first byte. Where ClickHouse is quicker to fail than to write, it is
    refused whole, which is right too; then it is asked for again."""
    address, parameters = f"{url}/v1/widgets/post_explorer", {**_parameters(), **more}
    for _ in range(_TRIES):
        received: list[bytes] = []
        with httpx.stream("GET", address, params=parameters, headers=tenant.headers, timeout=60) as answer:
            if answer.status_code == 422:
                continue
            with pytest.raises(httpx.RemoteProtocolError):
                received.extend(answer.iter_bytes())
        if received:
            return b"".join(received)
    raise AssertionError("it never failed after the first byte")


def _parameters() -> dict[str, str]:
    return {"from": "2026-02-01", "to": "2026-03-12", "format": "csv"}


def test_a_client_that_goes_away_stops_the_query(large: Tenant, api: Api) -> None:
    # The kernel would take the whole answer for a client with a large buffer.
    small = httpx.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)])
    with (
        httpx.Client(transport=small, timeout=60) as client,
        client.stream(
            "GET", f"{api.url}/v1/widgets/post_explorer", params=_parameters(), headers=large.headers
        ) as answer,
    ):
        next(answer.iter_bytes())
        assert queries_running(large) == 1, "a client that does not read must hold the query back"
    until(lambda: queries_running(large) == 0, seconds=60)


def test_the_totals_of_a_large_range_are_exact(large: Tenant) -> None:
    answer = large.widget("post_explorer", **RANGE, limit=1, sort="-post_video_views")
    assert answer["rows"][0][7] == MANY - 1
    assert answer["totals"]["post_video_views"] == MANY * (MANY - 1) // 2


@pytest.fixture(scope="module")
def small(new_api: Callable[..., Api]) -> Api:
    """A process that exports some of the rows: so many that ClickHouse has written before it counts too many."""
    return new_api({"TOA_EXPORT_ROWS": "600000"})


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_an_export_that_breaks_in_the_middle_is_seen_as_broken(large: Tenant, small: Api, form: str) -> None:
    content = _broken(small.url, large, format=form)
    assert b"exception" not in content.lower(), "what ClickHouse says is no data"
    if form == "parquet":
        with pytest.raises(pa.ArrowInvalid):
            pq.read_table(io.BytesIO(content))


def test_a_zip_that_breaks_in_the_middle_is_none(large: Tenant, small: Api) -> None:
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(_broken(small.url, large, manifest="true")))


def test_a_workbook_that_would_be_too_large_is_refused_before_its_first_byte(large: Tenant, small: Api) -> None:
    refused = httpx.get(
        f"{small.url}/v1/widgets/post_explorer",
        params={**_parameters(), "format": "xlsx"},
        headers=large.headers,
        timeout=120,
    )
    # The cut connection may be noticed before the reason that came with it was read: then it is told as a failure.
    assert (refused.status_code, refused.json()["type"]) in ((422, "too-much"), (503, "unavailable"))


def test_a_question_that_takes_too_long_is_a_problem_with_advice(large: Tenant, limited: Api) -> None:
    parameters = {**_parameters(), "format": "json"}
    refused = httpx.get(f"{limited.url}/v1/widgets/post_explorer", params=parameters, headers=large.headers)
    assert refused.status_code == 422
    assert refused.json()["type"] == "too-much"
    assert "shorter range" in refused.json()["detail"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_failure_before_the_first_byte_is_a_problem(tenant: Tenant, form: str) -> None:
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    tenant.platform.sql("RENAME TABLE account_day TO account_day_away")
    try:
        failed = tenant.get("/v1/widgets/followers", format=form)
    finally:
        tenant.platform.sql("RENAME TABLE account_day_away TO account_day")
    assert (failed.status_code, failed.headers["content-type"]) == (503, "application/problem+json")
    assert "account_day" not in failed.text, "what ClickHouse says is for the log"
    assert tenant.get("/v1/widgets/followers", format=form).status_code == 200
