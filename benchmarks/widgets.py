"""Widgets over HTTP against the same statements sent straight by clickhouse-connect, one and many at once."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import islice
from statistics import median, quantiles

import aiohttp
from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.asking import HOST
from benchmarks.facts import ACCOUNTS, POSTS, account, write_facts
from benchmarks.report import Line
from benchmarks.rig import Rig, running_rig
from benchmarks.serving import account as told
from benchmarks.serving import query_api, trusted
from benchmarks.snapshots import START, WORKSPACE
from common.catalog import Rollup
from common.events import AccountV1
from common.warehouse.migrate import Placement
from metrics_aggregator.adapters.rollup_tables import ClickHouseRollupTables
from metrics_aggregator.use_cases.rebuilding import Rebuilding
from query_api.adapters.coverage_sql import coverage_queries
from query_api.adapters.question_sql import Query, rows_query, totals_query
from query_api.domain.asking import Asked, Asker, question_of, wanted_of, widget_of
from query_api.domain.question import Question

PARTS = ("kafka", "mongo", "clickhouse", "topics")
DATABASE = "widgets"
SLUGS = ("post_engagement", "post_engagement_by_account", "scorecard", "post_gallery")
AT_ONCE = (1, 8, 32)
LIMITS = {0.5: 1.4, 0.95: 1.8}
# Of one workspace's accounts, as somebody narrows a dashboard to a brand.
MOST_ACCOUNTS = 10
DAYS = 28
# As the API asks: one row for each partition, numbers that are none in quotes.
_SETTINGS = {
    "do_not_merge_across_partitions_select_final": 1,
    "output_format_json_quote_64bit_integers": 0,
    "max_memory_usage": 512 * 2**20,
}
_ROLLUPS = (Rollup.POST_LATEST, Rollup.POST_DAY)

Ask = Callable[["Case"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question, as an address and as statements."""

    path: str
    queries: Sequence[Query]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Seconds of each answer of one side in a round."""

    contender: str
    at_once: int
    seconds: Sequence[float]

    def quantile(self, part: float) -> float:
        return median(self.seconds) if part == 0.5 else quantiles(self.seconds, n=100)[round(part * 100) - 1]


async def widgets(*, facts: int, asked: int, rounds: int) -> list[Line]:
    """`asked` answers of each side in a round, in turn."""
    runs: list[Run] = []
    accounts = [told(WORKSPACE, account(number).account_id) for number in range(ACCOUNTS)]
    async with running_rig(PARTS) as rig, rig.database(DATABASE) as client, trusted(rig, accounts) as headers:
        await _filled(client, facts)
        async with _sides(rig, client, headers) as sides:
            cases = _cases(accounts)
            for at_once in AT_ONCE * (rounds + 1):
                those = list(islice(cases, asked))
                for name, ask in sides:
                    runs.append(await _run(name, ask, those, at_once))
    # The first round is for nothing: what is compiled or opened the first time is in nobody's time then.
    kept = runs[len(AT_ONCE) * 2 :]
    return [_line(kept, at_once, part) for at_once in AT_ONCE for part in LIMITS]


async def _filled(client: AsyncClient, facts: int) -> None:
    each = facts // (ACCOUNTS * POSTS)
    print(f"writing {ACCOUNTS * POSTS * each:,} facts")
    await write_facts(client, each)
    rebuilding = Rebuilding(tables=ClickHouseRollupTables(client, Placement()), say=lambda _: None)
    for rollup in _ROLLUPS:
        print(f"building {rollup}")
        await rebuilding.rebuild(rollup)
        await client.command(f"OPTIMIZE TABLE {rollup} FINAL")


def _line(runs: Sequence[Run], at_once: int, part: float) -> Line:
    those = [run for run in runs if run.at_once == at_once]
    pairs = [(ours.quantile(part), floor.quantile(part)) for floor, ours in zip(those[::2], those[1::2], strict=True)]
    ours, floor = (median(side) * 1_000 for side in zip(*pairs, strict=True))
    return Line(
        name=f"widget over HTTP, {at_once} at once, p{part * 100:g} / straight",
        ratio=median(our / their for our, their in pairs),
        limit=LIMITS[part],
        at_most=True,
        n=len(pairs),
        said=f"{ours:.1f} ms against {floor:.1f} ms",
        runs=[asdict(run) for run in those],
    )


async def _run(name: str, ask: Ask, cases: Sequence[Case], at_once: int) -> Run:
    """All cases, `at_once` under way all the time."""
    left, seconds = iter(cases), []

    async def one_after_another() -> None:
        for case in left:
            begun = time.perf_counter()
            await ask(case)
            seconds.append(time.perf_counter() - begun)

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    run = Run(contender=name, at_once=at_once, seconds=tuple(seconds))
    print(f"{name}, {at_once} at once: {run.quantile(0.5) * 1e3:.1f} ms, 95 % in {run.quantile(0.95) * 1e3:.1f} ms")
    return run


@asynccontextmanager
async def _sides(rig: Rig, client: AsyncClient, headers: Mapping[str, str]) -> AsyncIterator[Sequence[tuple[str, Ask]]]:
    """Straight, and through the API without its memory for answers."""
    settings = {"TOA_CLICKHOUSE_DATABASE": DATABASE, "TOA_ANSWERS_MEGABYTES": "0"}

    async def straight(case: Case) -> None:
        await asyncio.gather(
            *(
                client.raw_query(query.sql, dict(query.parameters), settings=_SETTINGS, fmt="JSONCompactEachRow")
                for query in case.queries
            )
        )

    async with query_api(rig, settings) as served, _session(served.port, headers) as session:

        async def through(case: Case) -> None:
            async with session.get(case.path) as answer:
                body = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{answer.status}: {body[:500]!r}")

        yield (("straight", straight), ("query-api", through))


def _session(port: int, headers: Mapping[str, str]) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(f"http://{HOST}:{port}", headers={**headers, "Accept-Encoding": "identity"})


def _cases(accounts: Sequence[AccountV1]) -> Iterator[Case]:
    """Widget after widget, each for some other accounts and days; the same ones in every run."""
    chosen = random.Random(7)
    while True:
        for slug in SLUGS:
            some = chosen.sample(accounts, chosen.randint(1, MOST_ACCOUNTS))
            start = START.date() + timedelta(days=chosen.randint(0, 60))
            yield _case(
                slug,
                Asked(
                    start=str(start),
                    end=str(start + timedelta(days=DAYS)),
                    accounts=tuple(str(one.account_id) for one in some),
                ),
                accounts,
            )


def _case(slug: str, asked: Asked, readable: Sequence[AccountV1]) -> Case:
    asker = Asker(
        workspace_id=WORKSPACE, readable=readable, timezone="UTC", week_start=1, now=START + timedelta(days=100)
    )
    question = question_of(wanted_of(widget_of(slug), None), asked, asker)
    path = f"/v1/widgets/{slug}?from={asked.start}&to={asked.end}&accounts={','.join(asked.accounts or ())}"
    return Case(path=path, queries=tuple(_statements(question, asker)))


def _statements(question: Question, asker: Asker) -> Iterator[Query]:
    yield rows_query(question, limit=None if question.limit is None else question.limit + 1)
    if (totals := totals_query(question)) is not None:
        yield totals
    yield from coverage_queries(question, asker.now)
