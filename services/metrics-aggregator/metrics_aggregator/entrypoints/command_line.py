"""The command line: serve, or one of the operator's commands."""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from metrics_aggregator.domain.letters import Selection
from metrics_aggregator.domain.portions import MOST_FACTS_AT_ONCE
from metrics_aggregator.domain.republishing import Wanted

# About what TikTok gives one app; a partner who can take more says so.
DEFAULT_RATE = 200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    rollups: tuple[str, ...]
    account_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    rollups: tuple[str, ...]
    most_facts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Republish:
    wanted: Wanted
    per_second: float
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLetters:
    topic: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLetter:
    topic: str
    offset: int


class Deal(StrEnum):
    REDRIVE = "redrive"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class DealWithLetters:
    deal: Deal
    topic: str
    selection: Selection


Command = Verify | Rebuild | Replay | Republish | ListLetters | ShowLetter | DealWithLetters


def parse(arguments: Sequence[str], *, rollups: Sequence[str]) -> Command | None:
    """The command; None is to serve. `rollups` are those there are, and those meant when none is named."""
    parser = argparse.ArgumentParser(prog="python -m metrics_aggregator", description="Without a command: serve.")
    parser.set_defaults(make=lambda _: None)
    commands = parser.add_subparsers(metavar="command")
    _add_verify(commands.add_parser("verify", help="compare rollups with a recomputation"), rollups)
    _add_rebuild(commands.add_parser("rebuild", help="build rollups anew from the facts, while all runs"), rollups)
    _add_replay(commands.add_parser("replay", help="let the workers read the topics again from a time"))
    _add_republish(commands.add_parser("republish", help="tell a partner an account's events again, from the facts"))
    _add_dlq(commands.add_parser("dlq", help="dead letters: list, show, redrive, drop"))
    given = parser.parse_args(arguments)
    command: Command | None = given.make(given)
    return command


def _add_verify(parser: argparse.ArgumentParser, rollups: Sequence[str]) -> None:
    parser.description = "A JSON line for each difference; exit status 1 when there are any."
    _add_rollups(parser, rollups)
    parser.add_argument("--account", type=UUID, help="the id of one account; default: all")
    parser.set_defaults(make=lambda given: Verify(rollups=tuple(given.rollup or rollups), account_id=given.account))


def _add_rebuild(parser: argparse.ArgumentParser, rollups: Sequence[str]) -> None:
    parser.description = "Readers see the old table or the new one. A run that was killed can be repeated."
    _add_rollups(parser, rollups)
    parser.add_argument(
        "--facts-at-once", type=int, default=MOST_FACTS_AT_ONCE, help="bounds ClickHouse's memory; default %(default)s"
    )
    parser.set_defaults(
        make=lambda given: Rebuild(rollups=tuple(given.rollup or rollups), most_facts=given.facts_at_once)
    )


def _add_rollups(parser: argparse.ArgumentParser, rollups: Sequence[str]) -> None:
    parser.add_argument("--rollup", action="append", choices=rollups, help="may be given again; default: all")


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.description = "Stop the workers first, start them afterwards. What they read twice changes no number."
    parser.add_argument("--since", type=_moment, required=True, help="RFC 3339; without an offset it is UTC")
    parser.set_defaults(make=lambda given: Replay(since=given.since))


def _add_republish(parser: argparse.ArgumentParser) -> None:
    parser.description = "Events keep their ids. Killed or ended by a fault, the same command goes on where it was."
    parser.add_argument("--account", type=UUID, required=True)
    parser.add_argument("--from", type=_moment, required=True, dest="since", help="observed at or after; RFC 3339")
    parser.add_argument("--to", type=_moment, required=True, dest="until", help="observed before")
    parser.add_argument("--topic", required=True, help="the partner's own; it has to exist")
    parser.add_argument("--rate", type=_rate, default=DEFAULT_RATE, help="events a second at most; default %(default)s")
    parser.add_argument("--again", action="store_true", help="from the beginning, although it was done or begun")

    def make(given: argparse.Namespace) -> Republish:
        wanted = Wanted(account_id=given.account, since=given.since, until=given.until, topic=given.topic)
        return Republish(wanted=wanted, per_second=given.rate, again=given.again)

    parser.set_defaults(make=make)


def _add_dlq(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(metavar="command", required=True)
    listing = commands.add_parser("list", help="how many are left, by topic and error code, with an example")
    listing.add_argument("topic", nargs="?")
    listing.set_defaults(make=lambda given: ListLetters(topic=given.topic))
    showing = commands.add_parser("show", help="one letter: key, headers, bytes")
    showing.add_argument("topic")
    showing.add_argument("offset", type=int)
    showing.set_defaults(make=lambda given: ShowLetter(topic=given.topic, offset=given.offset))
    _add_deal(commands.add_parser("redrive", help="send letters back to the topic they came from"), Deal.REDRIVE)
    _add_deal(commands.add_parser("drop", help="be done with letters without sending them"), Deal.DROP)


def _add_deal(parser: argparse.ArgumentParser, deal: Deal) -> None:
    parser.add_argument("topic", help="with or without .dlq")
    parser.add_argument("--code", action="append", default=[], help="error code; may be given again")
    parser.add_argument("--from-offset", type=int)
    parser.add_argument("--to-offset", type=int, help="included")
    parser.add_argument("--all", action="store_true", help="every letter that is left")

    def make(given: argparse.Namespace) -> DealWithLetters:
        narrowed = bool(given.code) or given.from_offset is not None or given.to_offset is not None
        if narrowed == given.all:
            parser.error("say which letters: by --code, --from-offset and --to-offset, or else --all")
        selection = Selection(codes=frozenset(given.code), first=given.from_offset, last=given.to_offset)
        return DealWithLetters(deal=deal, topic=given.topic, selection=selection)

    parser.set_defaults(make=make)


def _moment(text: str) -> datetime:
    given = datetime.fromisoformat(text)
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate < math.inf:
        raise ValueError(f"{text} is no rate")
    return rate
