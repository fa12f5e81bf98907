"""`python -m benchmarks`: measures, prints a table of ratios and writes `benchmarks/results/<time>.json`."""

import argparse
import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.answering import answering
from benchmarks.collected import Collecting
from benchmarks.collecting import collecting
from benchmarks.connecting import connecting
from benchmarks.exports import exports
from benchmarks.ingest import ingest
from benchmarks.lending import lending
from benchmarks.memory import memory
from benchmarks.planning import planning
from benchmarks.recomputing import recomputing
from benchmarks.report import Line, table, write
from benchmarks.snapshots import Load
from benchmarks.storage import storage
from benchmarks.throughput import replay, throughput
from benchmarks.widgets import widgets

Measure = Callable[[argparse.Namespace], Awaitable[list[Line]]]

MEASURES: Mapping[str, Measure] = {
    "throughput": lambda asked: throughput(
        Load(accounts=200, posts=50, observations=asked.events // 10_000), rounds=asked.rounds
    ),
    "recompute": lambda asked: recomputing(facts=asked.facts, rounds=asked.rounds),
    "replay": lambda asked: replay(
        Load(accounts=1_000, posts=50, observations=asked.replayed // 50_000), rounds=asked.rounds
    ),
    "memory": lambda asked: memory(minutes=asked.minutes),
    "storage": lambda asked: storage(
        Collecting(
            accounts=asked.accounts,
            days=asked.days,
            profiles_a_day=asked.profiles_a_day,
            listings_a_day=asked.listings_a_day,
        ),
        rounds=asked.rounds,
    ),
    "collecting": lambda asked: collecting(accounts=asked.crowd, cycles=2),
    "ingest": lambda asked: ingest(accounts=asked.ingested, rounds=asked.rounds),
    "connect": lambda asked: connecting(connects=asked.connects, rounds=asked.rounds),
    "lending": lambda asked: lending(seconds=asked.lent, rounds=asked.rounds),
    "answering": lambda asked: answering(rounds=asked.rounds),
    "exports": lambda asked: exports(rows=asked.exported, many=asked.many, rounds=asked.rounds),
    "widgets": lambda asked: widgets(facts=asked.facts, asked=asked.widgets, rounds=asked.rounds),
    "planning": lambda asked: planning(accounts=asked.planned, cycles=0.5),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="measure", help=f"of {', '.join(MEASURES)}; without: all")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side is measured")
    parser.add_argument("--events", type=int, default=200_000, help="snapshots of `throughput`")
    parser.add_argument("--facts", type=int, default=20_000_000, help="facts of `recompute` and `widgets`")
    parser.add_argument("--widgets", type=int, default=200, help="answers of each side in a round of `widgets`")
    parser.add_argument("--replayed", type=int, default=1_000_000, help="snapshots of `replay`")
    parser.add_argument("--minutes", type=float, default=5, help="length of `memory`")
    parser.add_argument("--accounts", type=int, default=300, help="accounts of `storage`")
    parser.add_argument("--days", type=int, default=60, help="days of collecting of `storage`")
    parser.add_argument("--profiles-a-day", type=int, default=1, help="of each account of `storage`")
    parser.add_argument("--listings-a-day", type=int, default=2, help="of each account of `storage`")
    parser.add_argument("--crowd", type=int, default=2_000, help="accounts of `collecting`")
    parser.add_argument("--ingested", type=int, default=200, help="accounts of `ingest`")
    parser.add_argument("--connects", type=int, default=200, help="accounts of a round of `connect`")
    parser.add_argument("--lent", type=float, default=4.0, help="seconds of each side in a round of `lending`")
    parser.add_argument("--exported", type=int, default=2_000_000, help="rows of `exports`, for speed")
    parser.add_argument("--many", type=int, default=10_000_000, help="rows of `exports`, for memory")
    parser.add_argument("--planned", type=int, default=100_000, help="accounts of `planning`")
    asked = parser.parse_args()
    if unknown := set(asked.measures) - set(MEASURES):
        parser.error(f"there is no measure {', '.join(sorted(unknown))}")
    # The client tells of every partition that has no leader in the broker's first second.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    print(table(asyncio.run(_measured(asked))))


async def _measured(asked: argparse.Namespace) -> list[Line]:
    lines = []
    for name in asked.measures or MEASURES:
        lines += await MEASURES[name](asked)
        # Anew after each, so that an hour's work survives a later failure.
        print(f"{name}: written to {write(lines)}")
    return lines


if __name__ == "__main__":
    main()
