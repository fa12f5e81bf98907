"""The collector: looks at the domain clock and gives accounts their turns in the queue's order, a few at once."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from common.events import AccountV1, trace
from common.events.topics import ACCOUNTS
from common.runtime.clock import LOOK_EVERY_SECONDS
from common.runtime.logs import logger
from ingestor.domain import plan
from ingestor.domain.asking import Ask
from ingestor.domain.budget import Limits
from ingestor.domain.commands import Order, OrderBook, Orders
from ingestor.domain.progress import Progress
from ingestor.domain.queue import Queue, Want, wants
from ingestor.domain.roster import Entry, Roster
from ingestor.domain.stretch import Stretch
from ingestor.entrypoints.allowance import AccountPace
from ingestor.entrypoints.turns import Held, Ports, Turns
from ingestor.ports import BusBroken

_LOG = logger(__name__)
# Between two tries of an account, in wall seconds: a domain clock that runs fast or jumps must not make a storm.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
# Accounts whose progress is being read.
_ADOPTED_AT_ONCE = 8
_MEASURE_EVERY_SECONDS = 1.0
# A day without a reading is a hole in the growth of the account.
_A_DAY = timedelta(days=1)
# Publishing and saving are several round trips. While Kafka or Mongo is away, so many pages are held, and no more.
_SETTLING_PER_ASKING = 8

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """What is known of an account between its turns."""

    held: Held
    orders: Orders
    """Commands it was taken over with: they are obeyed."""
    wanted: datetime | None
    demand: float

    @property
    def profile_read(self) -> datetime | None:
        """When it was read last; of an account never read, when that began to be owed."""
        return self.held.progress.profile.done_at or self.held.account.connected_at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pause:
    failures: int
    end: asyncio.TimerHandle


class Collector:
    """Owns the roster of this replica. One request at a time for an account, `concurrency` for all."""

    def __init__(self, ports: Ports, *, rhythm: plan.Rhythm, concurrency: int, pace: AccountPace | None = None) -> None:
        self._ports = ports
        self._turns = Turns(ports, self._stretched)
        self._rhythm = rhythm
        self._concurrency = concurrency
        self._pace = pace or AccountPace(Limits())
        self._roster = Roster()
        self._orders = OrderBook()
        self._by_open_id: dict[str, set[UUID]] = defaultdict(set)
        self._strangers: dict[UUID, None] = {}
        self._queue = Queue()
        self._seats: dict[UUID, _Seat] = {}
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self._adopting: set[asyncio.Task[None]] = set()
        self._asking: set[asyncio.Task[None]] = set()
        self._settling: set[asyncio.Task[None]] = set()
        self._pauses: dict[UUID, _Pause] = {}
        self._news = asyncio.Event()
        self._asked = 0
        now = ports.clock.now()
        self._stretch = Stretch(began_at=now, looked_at=now)
        self._measure_at = 0.0

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
        told = list(entries)
        self._roster = self._roster.with_entries(told)
        for entry in told:
            if entry.account.open_id:
                self._by_open_id[entry.account.open_id].add(entry.account.account_id)
            self._line_up(entry.account.account_id)

    def command(self, order: Order) -> None:
        """A command for an account, whoever owns it."""
        self._orders.take(order)
        self._line_up(order.command.account_id)

    def settle(self, partitions: Collection[int]) -> None:
        """These partitions have been read up to their end: their accounts may be collected."""
        self._roster = self._roster.with_settled(partitions)
        for account in self._roster.followed(partitions):
            self._line_up(account.account_id)

    async def release(self, partitions: Collection[int]) -> None:
        """Forget these partitions; on return no turn of their accounts is under way."""
        self._roster = self._roster.without(partitions)
        known = {*self._seats, *self._busy, *self._strangers, *self._pauses}
        gone = [account_id for account_id in known if self._roster.account(account_id) is None]
        turns = {self._busy[account_id] for account_id in gone if account_id in self._busy}
        for turn in turns:
            turn.cancel()
        await asyncio.gather(*turns, return_exceptions=True)
        for account_id in gone:
            self._line_up(account_id)

    def _line_up(self, account_id: UUID) -> None:
        """Put the account where it stands now: unknown, waiting for its turn, under way, paused, or not ours."""
        self._queue.drop(account_id)
        self._strangers.pop(account_id, None)
        account = self._roster.account(account_id)
        if account is None:
            self._forget(account_id)
        elif account_id not in self._busy and account_id not in self._pauses:
            seat = self._seat_of(account)
            if seat:
                self._queue.put(account_id, wants(seat.held.progress, account, self._stretched()))
            else:
                self._strangers[account_id] = None
        self._news.set()

    def _forget(self, account_id: UUID) -> None:
        self._seats.pop(account_id, None)
        if pause := self._pauses.pop(account_id, None):
            pause.end.cancel()

    def _start_turns(self, tasks: asyncio.TaskGroup) -> None:
        now = self._ports.clock.now()
        self._measure(now)
        while self._strangers and len(self._adopting) < _ADOPTED_AT_ONCE:
            account = self._roster.account(next(iter(self._strangers)))
            if account:
                self._occupy([account], tasks.create_task(self._adopt(account)), self._adopting)
        while self._has_place() and (taken := self._queue.pop(now)):
            self._start(*taken, tasks, now)

    def _has_place(self) -> bool:
        return len(self._asking) < self._concurrency and len(self._settling) < self._concurrency * _SETTLING_PER_ASKING

    def _start(self, account_id: UUID, want: Want, tasks: asyncio.TaskGroup, now: datetime) -> None:
        account, seat = self._roster.account(account_id), self._seats.get(account_id)
        if account is None or seat is None:
            return
        progress, rhythm = seat.held.progress, self._stretched()
        ask = plan.ask_for(want.task, progress, account, rhythm=rhythm, now=now)
        if ask and (free_at := self._free_at(ask, progress, now)) > now:
            waiting = wants(progress, account, rhythm)
            self._queue.put(account_id, tuple(_not_before(free_at, want, other) for other in waiting))
        elif ask:
            self._asked += 1
            takers = [seat.held, *self._sharing(ask, account, now)]
            turn = tasks.create_task(self._collect(ask, takers))
            self._occupy([taker.account for taker in takers], turn, self._asking)

    def _stretched(self) -> plan.Rhythm:
        return replace(self._rhythm, stretch=self._stretch.ratio)

    def _free_at(self, ask: Ask, progress: Progress, now: datetime) -> datetime:
        """When the account may be asked so; one that was taken over in the middle of a listing has used its minute."""
        if progress.open_listing:
            pages = -(-progress.open_listing.seen // self._rhythm.page_size)
            self._pace.presume(ask, now, requests=pages)
        return self._pace.free_at(ask, now, replicas=self._replicas())

    def _replicas(self) -> int:
        """Two suffice for any app. The same TikTok account in another workspace may be the other's."""
        return 1 if len(self._roster.settled) == ACCOUNTS.partitions else 2

    def _sharing(self, ask: Ask, account: AccountV1, now: datetime) -> Iterator[Held]:
        """The same TikTok account in other workspaces: the answer is theirs too, so it is fetched once."""
        for account_id in self._by_open_id[ask.open_id] - {account.account_id}:
            twin = self._roster.account(account_id)
            seat = self._seat_of(twin) if twin and twin.open_id == ask.open_id else None
            if twin is None or seat is None or account_id in self._busy or account_id in self._pauses:
                continue
            if plan.shares(ask, seat.held.progress, twin, rhythm=self._rhythm, now=now):
                yield seat.held

    def _occupy(
        self, accounts: Collection[AccountV1], turn: asyncio.Task[None], under_way: set[asyncio.Task[None]]
    ) -> None:
        under_way.add(turn)
        turn.add_done_callback(under_way.discard)
        for account in accounts:
            self._busy[account.account_id] = turn
            self._queue.drop(account.account_id)
            self._strangers.pop(account.account_id, None)
        turn.add_done_callback(lambda _: self._free(accounts))

    def _free(self, accounts: Collection[AccountV1]) -> None:
        for account in accounts:
            self._busy.pop(account.account_id, None)
            self._line_up(account.account_id)

    async def _adopt(self, account: AccountV1) -> None:
        orders = self._orders.of(account.account_id)
        held = await self._tried(account, self._turns.adopt(account, orders))
        if held:
            self._sit(held, orders)

    async def _collect(self, ask: Ask, takers: Collection[Held]) -> None:
        # What its answer brings is one trace, to the rollups and whoever waits for them.
        trace.begin()
        first, *_ = takers
        outcome = await self._tried(first.account, self._turns.ask(ask, first.account))
        if outcome is None:
            return
        self._answered()
        for taker in takers:
            # Disconnected while it was asked for: what was observed afterwards is nobody's.
            if self._roster.account(taker.account.account_id) is None:
                continue
            orders = self._obeyed(taker)
            held = await self._tried(taker.account, self._turns.settle(outcome, ask, taker))
            if held:
                self._sit(held, orders)

    def _answered(self) -> None:
        """While this turn publishes and saves, the next one may ask; but not when too many wait for Kafka or Mongo."""
        if turn := asyncio.current_task():
            self._asking.discard(turn)
            self._settling.add(turn)
            turn.add_done_callback(self._settling.discard)
            self._news.set()

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
        if self._roster.account(account_id) is None:
            return
        wanted = plan.wanted_since(held.progress, held.account, self._rhythm)
        demand = plan.demand(held.progress, held.account, self._rhythm)
        self._seats[account_id] = _Seat(held=held, orders=orders, wanted=wanted, demand=demand)
        failures = _failures(held.progress)
        if failures:
            self._pause(account_id, failures=failures)
        elif pause := self._pauses.pop(account_id, None):
            pause.end.cancel()

    def _pause(self, account_id: UUID, *, failures: int) -> None:
        seconds = min(_FIRST_PAUSE * 2 ** min(failures - 1, 16), _LONGEST_PAUSE)
        if before := self._pauses.get(account_id):
            before.end.cancel()
        end = asyncio.get_running_loop().call_later(seconds, self._unpause, account_id)
        self._pauses[account_id] = _Pause(failures=failures, end=end)

    def _unpause(self, account_id: UUID) -> None:
        self._pauses.pop(account_id, None)
        self._line_up(account_id)

    def _seat_of(self, account: AccountV1) -> _Seat | None:
        """The seat of this state of the account; a newer one, or one with new commands, is adopted anew."""
        seat = self._seats.get(account.account_id)
        current = seat and seat.held.account == account and seat.orders == self._orders.of(account.account_id)
        return seat if current else None

    def _measure(self, now: datetime) -> None:
        wall = asyncio.get_running_loop().time()
        if wall < self._measure_at:
            return
        self._measure_at = wall + _MEASURE_EVERY_SECONDS
        lag = max((now - seat.wanted for seat in self._seats.values() if seat.wanted), default=timedelta(0))
        wanted = sum(seat.demand for seat in self._seats.values())
        self._stretch = self._stretch.look(now, granted=self._asked, wanted=wanted, late=self._queue.late(now))
        meter, stretch = self._ports.meter, self._stretch
        meter.owned(sum(1 for _ in self._roster.followed()), oldest_due_lag_seconds=max(lag.total_seconds(), 0.0))
        ages = [now - seat.profile_read for seat in self._seats.values() if seat.wanted and seat.profile_read]
        oldest = max(ages, default=timedelta(0))
        meter.aged(oldest_seconds=max(oldest.total_seconds(), 0.0), over_a_day=sum(age > _A_DAY for age in ages))
        meter.loaded(wanted=wanted, granted=stretch.granted_per_minute, stretch=stretch.ratio)


def _not_before(moment: datetime, refused: Want, want: Want) -> Want:
    """`want`, if it is of the task that has to wait, from `moment` on."""
    return replace(want, due=max(want.due, moment)) if want.task is refused.task else want


def _failures(progress: Progress) -> int:
    """The longest row of failures among the account's tasks."""
    troubles = (progress.profile.trouble, progress.listing.trouble)
    return max((trouble.failures for trouble in troubles if trouble), default=0)
