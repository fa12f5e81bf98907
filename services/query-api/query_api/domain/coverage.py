"""Where an answer's figures are not final, and why; and up to which day they are.

A day's figure comes 24 to 48 hours after the day ends, for 60 days back from the connection on, and only for what the
account granted. What is missing beyond that is told apart, so that nobody takes a hole for a zero.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from common.catalog import Attribution, Metric, Widget
from common.events import AccountStatus, AccountV1
from query_api.domain.columns import metrics_of
from query_api.domain.date_range import DateRange
from query_api.domain.measures import Need, need_of

# TikTok's figures of a day are there, and stay, from 48 hours after its end.
SETTLES_AFTER = timedelta(hours=48)
# So far back from the connection TikTok gives an account's daily series.
HISTORY_DAYS = 60


class State(StrEnum):
    FINAL = "final"
    PROVISIONAL = "provisional"
    LATE = "late"
    SOURCE_LIMIT = "source_limit"
    NOT_COLLECTED = "not_collected"
    NOT_BUSINESS = "not_business"
    NO_SCOPE = "no_scope"
    LOST_ACCESS = "lost_access"


# Nothing more is to come for such a day: it holds nobody up.
_SETTLED = {State.FINAL, State.NO_SCOPE, State.NOT_BUSINESS, State.SOURCE_LIMIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the warehouse knows of one account. `days_with_value` is by metric, within the range asked for."""

    as_of: datetime | None
    """The newest observation behind the rows of the range."""
    last_seen: datetime | None
    """The newest observation of the account at all."""
    days_with_value: Mapping[str, frozenset[date]]


NOTHING_OBSERVED = Observed(as_of=None, last_seen=None, days_with_value={})


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRange:
    """Figures of `metrics` of one account on the days from `start` to before `end`."""

    account_id: UUID
    metrics: tuple[str, ...]
    start: date
    end: date
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    ranges: tuple[CoverageRange, ...]
    """Only what is not final."""
    complete_through: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One metric of one account."""

    account: AccountV1
    metric: Metric
    need: Need
    attribution: Attribution
    observed: Observed
    now: datetime

    def state(self, day: date) -> State:
        settles = _end_of(day) + SETTLES_AFTER
        if self._has_value(day, settles):
            return State.FINAL if settles <= self.now else State.PROVISIONAL
        return self._withheld(day) or self._missing(settles)

    def _has_value(self, day: date, settles: datetime) -> bool:
        if self.attribution is Attribution.ACTIVITY:
            return day in self.observed.days_with_value.get(self.metric.slug, ())
        return not self._withheld(day) and self.observed.last_seen is not None and settles <= self.observed.last_seen

    def _withheld(self, day: date) -> State | None:
        """What TikTok never gives for this account."""
        if not self.need.scopes <= set(self.account.scopes):
            return State.NO_SCOPE
        if self.need.business and self.account.is_business_account is False:
            return State.NOT_BUSINESS
        connected = self.account.connected_at
        if self.attribution is Attribution.ACTIVITY and connected is not None:
            return State.SOURCE_LIMIT if day < connected.date() - timedelta(days=HISTORY_DAYS) else None
        return None

    def _missing(self, settles: datetime) -> State:
        lost = self.account.status is AccountStatus.LOST_ACCESS
        if lost and self.account.changed_at < settles:
            return State.LOST_ACCESS
        if settles > self.now and self.account.status is AccountStatus.CONNECTED:
            return State.PROVISIONAL
        last_seen = self.observed.last_seen
        return State.LATE if last_seen is not None and settles <= last_seen else State.NOT_COLLECTED


def coverage(
    widget: Widget,
    *,
    accounts: Sequence[AccountV1],
    observed: Mapping[UUID, Observed],
    days: DateRange,
    now: datetime,
) -> Coverage:
    """The coverage of `widget` over `days` at the domain's `now`."""
    cases = [
        _Case(
            account=account,
            metric=metric,
            need=need_of(metric, widget.attribution),
            attribution=widget.attribution,
            observed=observed.get(account.account_id, NOTHING_OBSERVED),
            now=now,
        )
        for account in accounts
        for metric in metrics_of(widget)
    ]
    states = [(case, [case.state(day) for day in days]) for case in cases]
    return Coverage(
        ranges=tuple(_grouped(run for case, row in states for run in _runs(case, row, days))),
        complete_through=_last_complete(days, [row for _, row in states]),
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _runs(case: _Case, states: Sequence[State], days: DateRange) -> Iterator[CoverageRange]:
    for state, run in groupby(zip(days, states, strict=True), key=lambda pair: pair[1]):
        run_days = [day for day, _ in run]
        if state is not State.FINAL:
            yield CoverageRange(
                account_id=case.account.account_id,
                metrics=(case.metric.slug,),
                start=run_days[0],
                end=run_days[-1] + timedelta(days=1),
                state=state,
            )


def _grouped(runs: Iterable[CoverageRange]) -> Iterator[CoverageRange]:
    """Metrics of an account that share a run become one entry."""
    together: dict[tuple[UUID, date, date, State], list[str]] = {}
    for run in runs:
        together.setdefault((run.account_id, run.start, run.end, run.state), []).extend(run.metrics)
    for (account_id, start, end, state), metrics in together.items():
        yield CoverageRange(account_id=account_id, metrics=tuple(metrics), start=start, end=end, state=state)


def _last_complete(days: DateRange, rows: Sequence[Sequence[State]]) -> date | None:
    by_day = zip(days, zip(*rows, strict=True), strict=True) if rows else ()
    complete = [day for day, states in by_day if State.FINAL in states and _SETTLED.issuperset(states)]
    return complete[-1] if complete else None
