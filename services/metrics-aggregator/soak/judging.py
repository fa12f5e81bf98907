"""A corpus of facts, what a rollup must answer about it, and which broken SQL answers the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid5

from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import DatabaseError
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.domain.records import Account
from metrics_aggregator.rollups import EVERYTHING, ROLLUPS

# pytest names modules from the repository's root, mypy from this member's.
from ..tests.growing import growth_warehouse  # type: ignore[import-not-found]
from ..tests.growth import EVER, RECORDED  # type: ignore[import-not-found]
from ..tests.series import spelled_out  # type: ignore[import-not-found]
from .mutants import mutants

Example = TypeVar("Example")
Row = Mapping[str, object]
# Landing table and the value that goes into it.
Told = tuple[str, bytes]

NAMES = UUID(int=4)
VERSION = 7
# What was recorded by then is known at the earlier moment that is asked for.
CUT = RECORDED + timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What was told of an account or of one of its posts, each with its second of recording, and the rows it makes."""

    account: Account
    post_id: str = ""
    told: Sequence[tuple[int, Told]]
    rows: Callable[[datetime], Iterable[Row]]
    """By what was recorded by then."""
    has_a_past: bool = True
    """Whether `rows` knows the earlier moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    bound: Mapping[str, object]
    rows: Sequence[Sequence[object]]


def accounts(count: int) -> list[Account]:
    """Each account's id stands in two workspaces, each workspace has several accounts."""
    return [Account(uuid5(NAMES, f"workspace {n % 2}"), uuid5(NAMES, f"account {n // 2}")) for n in range(count)]


def collected(strategy: SearchStrategy[Example], count: int) -> list[Example]:
    """Examples of a strategy, the same in every run."""
    return [_example(strategy, number) for number in range(count)]


def _example(strategy: SearchStrategy[Example], number: int) -> Example:
    """The first that is drawn at random after the simplest. Later ones would be variations of those before."""
    found: list[Example] = []

    @seed(number)
    @settings(max_examples=2, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(one=strategy)
    def collect(one: Example) -> None:
        found.append(one)

    collect()
    return found[-1]


async def unnoticed(folder: Path, rollup: str, corpus: Sequence[Series]) -> set[str]:
    """What can be broken in the rollup's SQL without another answer; the unbroken one must give the right one."""
    template = ROLLUPS[rollup].template()
    questions = _questions(rollup, corpus)
    async with growth_warehouse(folder) as client:
        await client.command("SYSTEM STOP MERGES")
        await _insert(client, corpus)
        for question in questions:
            assert await _answer(client, rollup, template, question.bound) == question.rows
        broken = mutants(template)
        assert len(broken) > 100
        return {what for what, sql in broken if await _is_right(client, rollup, sql, questions)}


async def _insert(client: AsyncClient, corpus: Sequence[Series]) -> None:
    """What was recorded twice comes apart, so that it is not yet merged."""
    told = [(record, landing, value) for series in corpus for record, (landing, value) in series.told]
    for record, landing in sorted({(record, landing) for record, landing, _ in told}):
        values = [value for second, name, value in told if (second, name) == (record, landing)]
        await ClickHouseWarehouse(client).insert(landing, values)


def _questions(rollup: str, corpus: Sequence[Series]) -> list[Question]:
    """Of everything; of some posts of some accounts; of whole accounts as they were known at an earlier moment."""
    owners = sorted({series.account for series in corpus})[::3]
    posts = sorted({series.post_id for series in corpus})
    some = [one for one in corpus if one.account in owners and one.post_id in posts[: 1 + len(posts) // 2]]
    without_past = {series.account for series in corpus if not series.has_a_past}
    past = [series for series in corpus if series.account not in without_past]
    return [
        Question(bound=_bound(some, EVER), rows=_rows(rollup, some, EVER)),
        Question(bound={**EVERYTHING, "version": VERSION}, rows=_rows(rollup, corpus, EVER)),
        Question(bound=_bound(past, CUT), rows=_rows(rollup, past, CUT)),
    ]


def _bound(asked: Sequence[Series], known_at: datetime) -> Mapping[str, object]:
    accounts = sorted({series.account for series in asked})
    return {
        "everything": False,
        "accounts": [(account.workspace_id, account.account_id) for account in accounts],
        "posts": sorted({series.post_id for series in asked}),
        "known_at": f"{known_at:%Y-%m-%d %H:%M:%S}",
        "version": VERSION,
    }


def _rows(rollup: str, asked: Sequence[Series], known_at: datetime) -> Sequence[Sequence[object]]:
    rows = [_cells(rollup, series, row) for series in asked for row in series.rows(known_at)]
    assert rows
    return sorted(rows, key=_place)


def _cells(rollup: str, series: Series, row: Row) -> Sequence[object]:
    key = {
        "workspace_id": series.account.workspace_id,
        "account_id": series.account.account_id,
        "channel": "tiktok",
        "post_id": series.post_id,
    }
    whole = {**key, **row, "version": VERSION, "is_deleted": 0}
    return tuple(_cell(whole[name]) for name in ROLLUPS[rollup].columns)


def _cell(value: object) -> object:
    return sorted(value.items()) if isinstance(value, Mapping) else value


def _place(row: Sequence[object]) -> list[str]:
    """The key of a rollup is among its first columns."""
    return [str(cell) for cell in row[:5]]


async def _is_right(client: AsyncClient, rollup: str, template: str, questions: Iterable[Question]) -> bool:
    for question in questions:
        if await _answer(client, rollup, template, question.bound) != question.rows:
            return False
    return True


async def _answer(
    client: AsyncClient, rollup: str, template: str, bound: Mapping[str, object]
) -> Sequence[Sequence[object]] | None:
    """None where ClickHouse refuses it."""
    sql = spelled_out(rollup, f"({ROLLUPS[rollup].selection(template)})")
    try:
        result = await client.query(sql, parameters=dict(bound), tz_mode="aware")
    except DatabaseError as error:
        # A server that is away has refused nothing.
        if error.code is None:
            raise
        return None
    return sorted(map(tuple, result.result_rows), key=_place)
