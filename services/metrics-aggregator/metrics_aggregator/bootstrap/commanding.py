"""The wiring of the operator's commands."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import assert_never

from aiokafka.errors import KafkaError
from clickhouse_connect.driver.exceptions import ClickHouseError

from common.bus.publish import Publisher
from common.runtime.logs import configure_logs
from common.runtime.settings import ClickHouseSettings
from common.warehouse.migrate import Placement
from common.warehouse.sharding import shard_of
from metrics_aggregator.adapters.bookmarks import KafkaBookmarks
from metrics_aggregator.adapters.dead_letters import KafkaDeadLetters
from metrics_aggregator.adapters.erasure_topic import follow_erasures
from metrics_aggregator.adapters.fact_events import ClickHouseFactEvents
from metrics_aggregator.adapters.group import KafkaGroup
from metrics_aggregator.adapters.rollup_tables import ClickHouseRollupTables
from metrics_aggregator.adapters.sharded_tables import ShardedRollupTables
from metrics_aggregator.adapters.shards import WrongShards, open_shards
from metrics_aggregator.bootstrap.statuses import DIFFERENT, FAILED
from metrics_aggregator.domain.erasures import Ledger
from metrics_aggregator.domain.letters import TooScattered
from metrics_aggregator.domain.republishing import Bookmark
from metrics_aggregator.entrypoints import telling
from metrics_aggregator.entrypoints.command_line import (
    Command,
    Deal,
    DealWithLetters,
    ListLetters,
    Rebuild,
    Replay,
    Republish,
    ShowLetter,
    Verify,
)
from metrics_aggregator.settings import GroupSettings
from metrics_aggregator.use_cases.pipeline import SERVICE
from metrics_aggregator.use_cases.rebuilding import Rebuilding
from metrics_aggregator.use_cases.redriving import NoSuchLetter, Redriving
from metrics_aggregator.use_cases.replaying import Replaying, WorkersRunning
from metrics_aggregator.use_cases.republishing import NotRepublished, Republishing
from metrics_aggregator.use_cases.verifying import Verifying

# Between two looks of `verify` at what is different.
PAUSE_SECONDS = 2

FAILURES = (
    ClickHouseError,
    KafkaError,
    OSError,
    NoSuchLetter,
    NotRepublished,
    TooScattered,
    WorkersRunning,
    WrongShards,
)


def run_command(command: Command) -> int:
    # Drivers' warnings would stand between the lines that are told.
    configure_logs(SERVICE, "CRITICAL")
    return asyncio.run(execute(command))


async def execute(command: Command) -> int:
    """The exit status. What goes wrong is told in a line."""
    try:
        return await _execute(command)
    except FAILURES as error:
        sys.stderr.write(f"metrics-aggregator: {' '.join(str(error).split()) or type(error).__name__}\n")
        return FAILED


async def _execute(command: Command) -> int:
    match command:
        case Verify():
            return await _verify(command)
        case Rebuild():
            return await _rebuild(command)
        case Replay():
            return await _replay(command)
        case Republish():
            return await _republish(command)
        case ListLetters() | ShowLetter() | DealWithLetters():
            return await _letters(command)
        case _:
            assert_never(command)


async def _verify(command: Verify) -> int:
    found = 0
    async with _rollup_tables() as tables:
        verifying = Verifying(tables=tables, pause=lambda: asyncio.sleep(PAUSE_SECONDS))
        for rollup in command.rollups:
            found += await telling.tell_differences(verifying.differences(rollup, account_id=command.account_id))
    return DIFFERENT if found else 0


async def _rebuild(command: Rebuild) -> int:
    async with _rollup_tables() as tables:
        rebuilding = Rebuilding(tables=tables, say=telling.say, most_facts=command.most_facts)
        for rollup in command.rollups:
            await rebuilding.rebuild(rollup)
    return 0


async def _replay(command: Replay) -> int:
    settings = GroupSettings()
    group = KafkaGroup(settings.kafka_bootstrap, group=settings.consumer_group)
    again = await Replaying(group=group).replay(command.since)
    telling.say(f"{again} records will be read again once the workers are started")
    return 0


async def _republish(command: Republish) -> int:
    settings, warehouse, ledger = GroupSettings(), ClickHouseSettings(), Ledger()
    wanted = command.wanted
    async with (
        open_shards(warehouse) as shards,
        Publisher(settings.kafka_bootstrap) as outlet,
        KafkaBookmarks(settings.kafka_bootstrap, group=settings.consumer_group, wanted=wanted) as bookmarks,
        _knowing_erasures(settings.kafka_bootstrap, ledger),
    ):
        if command.again:
            await bookmarks.write(wanted, Bookmark())
        republishing = Republishing(
            facts=ClickHouseFactEvents(shards[shard_of(wanted.account_id, shards=len(shards))]),
            bookmarks=bookmarks,
            outlet=outlet,
            ledger=ledger,
            pause=_since_now(),
            per_second=command.per_second,
        )
        telling.say(f"{await republishing.republish(wanted)} events were told again on {wanted.topic}")
    return 0


@asynccontextmanager
async def _knowing_erasures(bootstrap: str, ledger: Ledger) -> AsyncIterator[None]:
    """From what was erased before, and on to what is erased meanwhile."""
    caught_up = asyncio.Event()
    following = asyncio.create_task(follow_erasures(bootstrap, ledger, caught_up=caught_up))
    try:
        await caught_up.wait()
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def _since_now() -> Callable[[float], Awaitable[None]]:
    begun = time.monotonic()
    return lambda seconds: asyncio.sleep(max(0.0, begun + seconds - time.monotonic()))


async def _letters(command: ListLetters | ShowLetter | DealWithLetters) -> int:
    settings = GroupSettings()
    async with (
        Publisher(settings.kafka_bootstrap) as outlet,
        KafkaDeadLetters(settings.kafka_bootstrap, group=settings.consumer_group) as letters,
    ):
        redriving = Redriving(letters=letters, outlet=outlet)
        match command:
            case ListLetters():
                for pile in await redriving.piles(command.topic):
                    telling.tell_pile(pile)
            case ShowLetter():
                telling.tell_letter(await redriving.letter(command.topic, command.offset))
            case DealWithLetters():
                deal = redriving.redrive if command.deal is Deal.REDRIVE else redriving.drop
                telling.say(f"{await deal(command.topic, command.selection)} letters")
    return 0


@asynccontextmanager
async def _rollup_tables() -> AsyncIterator[ShardedRollupTables]:
    settings = ClickHouseSettings()
    placement = Placement(settings.clickhouse_cluster)
    async with open_shards(settings) as shards:
        yield ShardedRollupTables([ClickHouseRollupTables(client, placement) for client in shards], placement)
