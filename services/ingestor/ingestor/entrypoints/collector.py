"""The collector: looks at the domain clock and gives the most overdue accounts their turns, a few at once."""

import asyncio
import time
from collections.abc import Awaitable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from common.events import AccountV1
from common.runtime.clock import LOOK_EVERY_SECONDS
from common.runtime.logs import logger
from ingestor.domain import plan
from ingestor.domain.asking import Ask
from ingestor.domain.commands import Order, OrderBook, Orders
from ingestor.domain.progress import Progress
from ingestor.domain.roster import Entry, Roster
from ingestor.entrypoints.turns import Held, Ports, Turns
from ingestor.ports import BusBroken

_LOG = logger(__name__)
# Between two tries of an account, in wall seconds: a domain clock that runs fast or jumps must not make a storm.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """What is known of an account between its turns; the moments are kept, so that a look costs a comparison."""

    held: Held
    orders: Orders
    """Commands it was taken over with: they are obeyed."""
    due: datetime | None
    wanted: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pause:
    failures: int
    until: float
    """Of the monotonic clock, seconds."""


class Collector:
    """Owns the roster of this replica. One request at a time for an account, `concurrency` for all."""

    def __init__(self, ports: Ports, *, rhythm: plan.Rhythm, concurrency: int) -> None:
        self._ports = ports
        self._turns = Turns(ports, rhythm)
        self._rhythm = rhythm
        self._concurrency = concurrency
        self._roster = Roster()
        self._orders = OrderBook()
        self._seats: dict[UUID, _Seat] = {}
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self._pauses: dict[UUID, _Pause] = {}
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Collect for ever; ends by cancellation or when Kafka is broken for good."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._news.clear()
                self._start_turns(tasks)
                # Not wait_for: in Python 3.11 it can swallow the cancellation that comes as news come.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_SECONDS):
                        await self._news.wait()

    def learn(self, entries: Iterable[Entry]) -> None:
        """Account events of owned partitions."""
        self._roster = self._roster.with_entries(entries)
        self._news.set()

    def command(self, order: Order) -> None:
        """A command for an account, whoever owns it."""
        self._orders.take(order)
        self._news.set()

    def settle(self, partitions: Collection[int]) -> None:
        """These partitions have been read up to their end: their accounts may be collected."""
        self._roster = self._roster.with_settled(partitions)
        self._news.set()

    async def release(self, partitions: Collection[int]) -> None:
        """Forget these partitions; on return no turn of their accounts is under way."""
        self._roster = self._roster.without(partitions)
        gone = [account_id for account_id in self._seats.keys() | self._busy if not self._roster.follows(account_id)]
        turns = {self._busy[account_id] for account_id in gone if account_id in self._busy}
        for turn in turns:
            turn.cancel()
        await asyncio.gather(*turns, return_exceptions=True)
        for account_id in gone:
            self._seats.pop(account_id, None)
            self._pauses.pop(account_id, None)

    def _start_turns(self, tasks: asyncio.TaskGroup) -> None:
        now = self._ports.clock.now()
        self._measure(now)
        for _, account in sorted(self._waiting(now), key=lambda pair: pair[0]):
            if len(set(self._busy.values())) >= self._concurrency:
                return
            if account.account_id not in self._busy:
                self._start(account, tasks, now)

    def _waiting(self, now: datetime) -> Iterator[tuple[datetime, AccountV1]]:
        """The accounts with something to do, and since when; new ones since the beginning of time."""
        monotonic = time.monotonic()
        for account in self._roster.followed():
            pause = self._pauses.get(account.account_id)
            if account.account_id in self._busy or (pause and pause.until > monotonic):
                continue
            seat = self._seat_of(account)
            due = seat.due if seat else plan.BEGINNING
            if due and due <= now:
                yield due, account

    def _start(self, account: AccountV1, tasks: asyncio.TaskGroup, now: datetime) -> None:
        seat = self._seat_of(account)
        if seat is None:
            self._occupy([account], tasks.create_task(self._adopt(account)))
            return
        ask = plan.next_ask(seat.held.progress, account, rhythm=self._rhythm, now=now)
        if ask:
            takers = [seat.held, *self._sharing(ask, account, now)]
            self._occupy([taker.account for taker in takers], tasks.create_task(self._collect(ask, takers)))

    def _sharing(self, ask: Ask, account: AccountV1, now: datetime) -> Iterator[Held]:
        """The same TikTok account in other workspaces: the answer is theirs too, so it is fetched once."""
        for twin in self._roster.twins(account):
            seat = self._seat_of(twin)
            if seat is None or twin.account_id in self._busy or twin.account_id in self._pauses:
                continue
            if plan.shares(ask, seat.held.progress, twin, rhythm=self._rhythm, now=now):
                yield seat.held

    def _occupy(self, accounts: Collection[AccountV1], turn: asyncio.Task[None]) -> None:
        for account in accounts:
            self._busy[account.account_id] = turn
        turn.add_done_callback(lambda _: self._free(accounts))

    def _free(self, accounts: Collection[AccountV1]) -> None:
        for account in accounts:
            self._busy.pop(account.account_id, None)
        self._news.set()

    async def _adopt(self, account: AccountV1) -> None:
        orders = self._orders.of(account.account_id)
        held = await self._tried(account, self._turns.adopt(account, orders))
        if held:
            self._sit(held, orders)

    async def _collect(self, ask: Ask, takers: Collection[Held]) -> None:
        first, *_ = takers
        outcome = await self._tried(first.account, self._turns.ask(ask, first.account))
        if outcome is None:
            return
        for taker in takers:
            orders = self._obeyed(taker)
            held = await self._tried(taker.account, self._turns.settle(outcome, ask, taker))
            if held:
                self._sit(held, orders)

    async def _tried(self, account: AccountV1, work: Awaitable[Result]) -> Result | None:
        """The result of `work`; None after an error, which costs this account a pause and stops no other."""
        try:
            return await work
        except BusBroken:
            raise
        except Exception as error:
            self._ports.meter.turn_failed(type(error).__name__)
            _LOG.warning("turn failed, repeated later", account_id=str(account.account_id), exc_info=error)
            # What is saved counts: it never runs ahead of Kafka.
            self._seats.pop(account.account_id, None)
            pause = self._pauses.get(account.account_id)
            self._pause(account.account_id, failures=pause.failures + 1 if pause else 1)
            return None

    def _obeyed(self, held: Held) -> Orders:
        seat = self._seats.get(held.account.account_id)
        return seat.orders if seat else ()

    def _sit(self, held: Held, orders: Orders) -> None:
        account_id = held.account.account_id
        if not self._roster.follows(account_id):
            return
        due = plan.next_due(held.progress, held.account, self._rhythm)
        wanted = plan.wanted_since(held.progress, held.account, self._rhythm)
        self._seats[account_id] = _Seat(held=held, orders=orders, due=due, wanted=wanted)
        failures = _failures(held.progress)
        if failures:
            self._pause(account_id, failures=failures)
        else:
            self._pauses.pop(account_id, None)

    def _pause(self, account_id: UUID, *, failures: int) -> None:
        seconds = min(_FIRST_PAUSE * 2 ** min(failures - 1, 16), _LONGEST_PAUSE)
        self._pauses[account_id] = _Pause(failures=failures, until=time.monotonic() + seconds)

    def _seat_of(self, account: AccountV1) -> _Seat | None:
        """The seat of this state of the account; a newer one, or one with new commands, is adopted anew."""
        seat = self._seats.get(account.account_id)
        current = seat and seat.held.account == account and seat.orders == self._orders.of(account.account_id)
        return seat if current else None

    def _measure(self, now: datetime) -> None:
        lag = max((now - seat.wanted for seat in self._seats.values() if seat.wanted), default=timedelta(0))
        owned = sum(1 for _ in self._roster.followed())
        self._ports.meter.owned(owned, oldest_due_lag_seconds=max(lag.total_seconds(), 0.0))


def _failures(progress: Progress) -> int:
    """The longest row of failures among the account's tasks."""
    troubles = (progress.profile.trouble, progress.listing.trouble)
    return max((trouble.failures for trouble in troubles if trouble), default=0)
