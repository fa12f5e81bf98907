"""Exports through the API against the same query and format straight from ClickHouse, and the API's memory."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psutil
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.binding import bind_query

from benchmarks.asking import HOST
from benchmarks.report import Line
from benchmarks.rig import Rig, running_rig
from benchmarks.serving import Served, account, query_api, trusted
from benchmarks.snapshots import WORKSPACE
from common.events import AccountV1
from query_api.adapters.export_sql import WRITTEN
from query_api.adapters.question_sql import export_query
from query_api.domain.asking import Asked, Asker, Format, question_of, wanted_of, widget_of
from query_api.domain.question import Question

PARTS = ("kafka", "mongo", "clickhouse", "topics")
WIDGET = "post_gallery"
DAYS = ("2024-01-01", "2026-01-01")
ROWS_AT_ONCE = 100_000
DATABASE = "exporting"
MOST_MEGABYTES = 150
_READ_BYTES = 1 << 20
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    contender: str
    form: str
    bytes: int
    seconds: float
    cpu: float
    """Of the API's process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    rig: Rig
    client: AsyncClient
    account: AccountV1
    served: Served
    headers: Mapping[str, str]

    @property
    def process(self) -> psutil.Process:
        return self.served.process

    def request(self, form: Format) -> Question:
        asked = Asked(start=DAYS[0], end=DAYS[1], format=form)
        asker = Asker(
            workspace_id=self.account.workspace_id,
            readable=[self.account],
            timezone="UTC",
            week_start=1,
            now=datetime.fromisoformat(f"{DAYS[1]}T00:00:00+00:00"),
        )
        return question_of(wanted_of(widget_of(WIDGET), None), asked, asker)


async def exports(*, rows: int, many: int, rounds: int) -> list[Line]:
    """`rows` in rounds for speed, then `many` for memory."""
    async with running_rig(PARTS) as rig, _placed(rig) as place:
        await _posts(place, 0, rows)
        lines = [await _compared(place, form, rows, rounds) for form in (Format.CSV, Format.PARQUET)]
        await _posts(place, rows, many)
        return [*lines, *[await _sized(place, form, many) for form in (Format.CSV, Format.PARQUET)]]


async def _compared(place: _Place, form: Format, rows: int, rounds: int) -> Line:
    # Once for nothing: what has to be worked out or compiled the first time is in nobody's time then.
    await _straight(place, form)
    await _through(place, form)
    runs = [await contender(place, form) for _ in range(rounds) for contender in (_straight, _through)]
    floor, ours = ([run.seconds for run in runs if run.contender == name] for name in ("straight", "api"))
    ratio = median(their / our for our, their in zip(ours, floor, strict=True))
    cpu = median(run.cpu for run in runs if run.contender == "api")
    speeds = f"{rows / median(ours) / 1e6:.2f} and {rows / median(floor) / 1e6:.2f} M rows/s"
    columns = len(place.request(form).columns)
    said = f"{speeds} of {columns} columns; {runs[-1].bytes / 1e6:.0f} MB, {cpu:.2f} s of the API's CPU"
    name = f"export of {form.value} / straight from ClickHouse"
    return Line(name=name, ratio=ratio, limit=0.7, n=rounds, said=said, runs=runs)


async def _sized(place: _Place, form: Format, rows: int) -> Line:
    with _watched(place.process) as sizes:
        run = await _through(place, form)
    peak = max(sizes) / 2**20
    before = sizes[0] / 2**20
    said = f"{peak:.0f} MB at most, {before:.0f} MB before; {rows / 1e6:g} M rows, {run.bytes / 1e6:.0f} MB of file"
    print(f"memory: {said}")
    name = f"memory of the API in MB, export of {form.value}"
    return Line(name=name, ratio=peak, limit=MOST_MEGABYTES, at_most=True, n=len(sizes), said=said, runs=[run])


async def _straight(place: _Place, form: Format) -> Run:
    written = WRITTEN[form]
    query = export_query(place.request(form), written.cell)
    sql, bound = bind_query(query.sql, dict(query.parameters))
    settings = {
        "database": DATABASE,
        "default_format": written.form,
        "do_not_merge_across_partitions_select_final": 1,
        "max_memory_usage": 512 * 2**20,
        "max_bytes_before_external_sort": 128 * 2**20,
        **written.settings,
    }
    path = "/?" + urlencode({**settings, **bound})
    body = sql.encode() if isinstance(sql, str) else sql
    return await _timed(place, "straight", form, lambda: _taken(place.rig.clickhouse, path, body=body))


async def _through(place: _Place, form: Format) -> Run:
    asked = {"from": DAYS[0], "to": DAYS[1], "format": form.value}
    path = f"/v1/widgets/{WIDGET}?{urlencode(asked)}"
    api = f"http://{HOST}:{place.served.port}"
    return await _timed(place, "api", form, lambda: _taken(api, path, headers=place.headers))


async def _timed(place: _Place, contender: str, form: Format, take: Callable[[], int]) -> Run:
    cpu, begun = sum(place.process.cpu_times()[:2]), time.perf_counter()
    size = await asyncio.to_thread(take)
    seconds = time.perf_counter() - begun
    cpu = sum(place.process.cpu_times()[:2]) - cpu
    print(f"{contender}: {form.value}, {size / 1e6:.0f} MB in {seconds:.2f} s")
    return Run(contender=contender, form=form.value, bytes=size, seconds=seconds, cpu=cpu)


def _taken(url: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> int:
    """Bytes of the answer, its head and chunk lengths among them; by a client that costs next to nothing."""
    address = urlsplit(url)
    lines = [
        f"{'POST' if body else 'GET'} {path} HTTP/1.1",
        f"Host: {address.netloc}",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    buffer = memoryview(bytearray(_READ_BYTES))
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        size = first = connection.recv_into(buffer)
        if not bytes(buffer[:first]).startswith(b"HTTP/1.1 200"):
            raise RuntimeError(bytes(buffer[:first]).decode(errors="replace")[:2_000])
        last = bytes(buffer[first - 5 : first])
        while taken := connection.recv_into(buffer):
            size += taken
            last = (last + bytes(buffer[max(taken - 5, 0) : taken]))[-5:]
    if last != b"0\r\n\r\n":
        raise RuntimeError("the answer was cut short")
    return size


@contextmanager
def _watched(process: psutil.Process) -> Iterator[list[int]]:
    """Resident sizes while the body runs."""
    sizes, over = [process.memory_info().rss], threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            sizes.append(process.memory_info().rss)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield sizes
    finally:
        over.set()
        looking.join()


async def _posts(place: _Place, first: int, end: int) -> None:
    for start in range(first, end, ROWS_AT_ONCE):
        await place.client.command(
            f"""INSERT INTO post_latest
            (workspace_id, account_id, channel, post_id, published_at, format, caption, share_url, video_views, likes,
             comments, shares, first_observed_at, observed_at, version)
            SELECT '{place.account.workspace_id}', '{place.account.account_id}', 'tiktok',
                toString(7100000000000000000 + number), toDateTime('2024-01-01 00:00:00', 'UTC') + number * 5, 'video',
                'caption of a post #words ' || toString(number),
                'https://www.tiktok.com/@shop/video/' || toString(number),
                number, number % 1000, number % 100, number % 10, now64(3), now64(3), 1
            FROM numbers({start}, {min(ROWS_AT_ONCE, end - start)})"""
        )


@asynccontextmanager
async def _placed(rig: Rig) -> AsyncIterator[_Place]:
    """The API as a process of its own, with one account of many posts."""
    told = account(WORKSPACE, uuid4())
    settings = {"TOA_CLICKHOUSE_DATABASE": DATABASE}
    async with (
        rig.database(DATABASE) as client,
        trusted(rig, [told]) as headers,
        query_api(rig, settings) as served,
    ):
        yield _Place(rig=rig, client=client, account=told, served=served, headers=headers)
