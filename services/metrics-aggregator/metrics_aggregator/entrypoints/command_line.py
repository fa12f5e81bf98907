"""The command line: serve, or one of the operator's commands."""

import argparse
import json
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from metrics_aggregator.domain.differences import Difference
from metrics_aggregator.domain.portions import MOST_FACTS_AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    rollups: tuple[str, ...]
    account_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    rollups: tuple[str, ...]
    most_facts: int


Command = Verify | Rebuild


def parse(arguments: Sequence[str], *, rollups: Sequence[str]) -> Command | None:
    """The command; None is to serve. `rollups` are those there are, and those meant when none is named."""
    parser = argparse.ArgumentParser(prog="python -m metrics_aggregator", description="Without a command: serve.")
    commands = parser.add_subparsers(dest="command")
    verify = commands.add_parser("verify", help="compare rollups with a recomputation; exit status 1 on a difference")
    rebuild = commands.add_parser("rebuild", help="build rollups anew from the facts, while everything runs")
    for command in (verify, rebuild):
        command.add_argument("--rollup", action="append", choices=rollups, help="may be given again; default: all")
    verify.add_argument("--account", type=UUID, help="this account only")
    rebuild.add_argument(
        "--facts-at-once", type=int, default=MOST_FACTS_AT_ONCE, help="bounds ClickHouse's memory; default %(default)s"
    )
    given = parser.parse_args(arguments)
    if given.command is None:
        return None
    chosen = tuple(given.rollup or rollups)
    if given.command == "verify":
        return Verify(rollups=chosen, account_id=given.account)
    return Rebuild(rollups=chosen, most_facts=given.facts_at_once)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def tell_differences(found: AsyncIterator[Difference]) -> int:
    """One JSON line per difference; returns their number."""
    count = 0
    async for difference in found:
        count += 1
        say(_line(difference))
    return count


def _line(difference: Difference) -> str:
    row: dict[str, object] = {"rollup": difference.rollup, "kind": difference.kind, "key": dict(difference.key)}
    if difference.column:
        row |= {"column": difference.column, "stored": difference.stored, "recomputed": difference.recomputed}
    return json.dumps(row, ensure_ascii=False)
