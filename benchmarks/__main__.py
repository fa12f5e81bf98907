"""`python -m benchmarks`: measures, prints a table of ratios and writes `benchmarks/results/<time>.json`."""

import argparse
import asyncio

from benchmarks.report import table, write
from benchmarks.snapshots import Load
from benchmarks.throughput import replay, throughput


async def _all(asked: argparse.Namespace) -> None:
    lines = []
    if "throughput" in asked.lines:
        lines += await throughput(Load(accounts=200, posts=50, observations=asked.events // 10_000), rounds=asked.rounds)
    if "replay" in asked.lines:
        lines += await replay(Load(accounts=1_000, posts=50, observations=asked.replayed // 50_000), rounds=1)
    print(table(lines))
    print(f"written to {write(lines)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("lines", nargs="*", default=["throughput", "replay"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--replayed", type=int, default=1_000_000)
    asyncio.run(_all(parser.parse_args()))


if __name__ == "__main__":
    main()
