"""Where an answer's figures are not final, and why; and up to which day they are.

A day's figure comes 24 to 48 hours after the day ends, for 60 days back from the connection on, and only for what the
account granted. What is missing beyond that is told apart, so that nobody takes a hole for a zero.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
HISTORY = timedelta(days=60)


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
    """One metric of one account, everything told in days so that a day is judged by comparing dates."""

    account_id: UUID
    metric: str
    given: frozenset[date] | None
    """The days with a value; None where being listed is all a day needs."""
    never: State | None
    """Why TikTok gives no value at all now."""
    history_from: date | None
    """The first day TikTok has ever given."""
    settled_to: date
    """The last day whose figures have settled by now."""
    asked_to: date | None
    """The last day whose figures had settled when the account was last observed."""
    lost_after: date | None
    """The last day whose figures had settled when access was lost."""
    collected: bool

    def state(self, day: date) -> State:
        if self._has_value(day):
            return State.FINAL if day <= self.settled_to else State.PROVISIONAL
        if self.never is not None:
            return self.never
        if self.history_from is not None and day < self.history_from:
            return State.SOURCE_LIMIT
        return self._missing(day)

    def _has_value(self, day: date) -> bool:
        if self.given is not None:
            return day in self.given
        return self.never is None and self._was_asked(day)

    def _missing(self, day: date) -> State:
        if self.lost_after is not None and day > self.lost_after:
            return State.LOST_ACCESS
        if day > self.settled_to and self.collected:
            return State.PROVISIONAL
        return State.LATE if self._was_asked(day) else State.NOT_COLLECTED

    def _was_asked(self, day: date) -> bool:
        return self.asked_to is not None and day <= self.asked_to


def _case(account: AccountV1, metric: Metric, *, attribution: Attribution, observed: Observed, now: datetime) -> _Case:
    daily = attribution is Attribution.ACTIVITY
    lost = account.status is AccountStatus.LOST_ACCESS
    return _Case(
        account_id=account.account_id,
        metric=metric.slug,
        given=observed.days_with_value.get(metric.slug, frozenset()) if daily else None,
        never=_never(account, need_of(metric, attribution)),
        history_from=_history_from(account) if daily else None,
        settled_to=_settled_by(now),
        asked_to=_settled_by(observed.last_seen) if observed.last_seen is not None else None,
        lost_after=_settled_by(account.changed_at) if lost else None,
        collected=account.status is AccountStatus.CONNECTED,
    )


def _never(account: AccountV1, need: Need) -> State | None:
    if not need.scopes <= set(account.scopes):
        return State.NO_SCOPE
    return State.NOT_BUSINESS if need.business and account.is_business_account is False else None


def _history_from(account: AccountV1) -> date | None:
    return None if account.connected_at is None else account.connected_at.date() - HISTORY


def _settled_by(moment: datetime) -> date:
    """The last day whose end lies 48 hours or more before `moment`."""
    return (moment - SETTLES_AFTER).date() - timedelta(days=1)


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
        _case(
            account,
            metric,
            attribution=widget.attribution,
            observed=observed.get(account.account_id, NOTHING_OBSERVED),
            now=now,
        )
        for account in accounts
        for metric in metrics_of(widget)
    ]
    dates = list(days)
    states = [[case.state(day) for day in dates] for case in cases]
    runs = (run for case, row in zip(cases, states, strict=True) for run in _runs(case, row, dates))
    return Coverage(ranges=tuple(_grouped(runs)), complete_through=_last_complete(dates, states))


def _runs(case: _Case, states: Sequence[State], days: Sequence[date]) -> Iterator[CoverageRange]:
    for state, run in groupby(zip(days, states, strict=True), key=lambda pair: pair[1]):
        if state is State.FINAL:
            continue
        run_days = [day for day, _ in run]
        yield CoverageRange(
            account_id=case.account_id,
            metrics=(case.metric,),
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


def _last_complete(days: Sequence[date], rows: Sequence[Sequence[State]]) -> date | None:
    """From the end on the first day that holds a final figure and waits for none."""
    for place in reversed(range(len(days))):
        states = {row[place] for row in rows}
        if State.FINAL in states and states <= _SETTLED:
            return days[place]
    return None
