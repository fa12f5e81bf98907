"""People's commands: kept by account until obeyed, obeyed once each in the order of the topic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from common.events import AccountV1, Backfill, CommandV1, Pause, Refresh, Resume
from ingestor.domain.advance import without_back_off
from ingestor.domain.progress import Days, Obeyed, Progress, TaskProgress

# However often people press the button.
_REFRESH_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command where it stands in its partition, and when Kafka wrote it there."""

    command: CommandV1
    offset: int
    written_at: datetime


Orders = tuple[Order, ...]


class OrderBook:
    """The commands of all accounts, without those that a later one made idle."""

    def __init__(self) -> None:
        self._orders: dict[UUID, Orders] = {}

    def of(self, account_id: UUID) -> Orders:
        return self._orders.get(account_id, ())

    def take(self, order: Order) -> None:
        account_id = order.command.account_id
        kept = (before for before in self.of(account_id) if not _is_idle(before, order))
        self._orders[account_id] = (*kept, order)


def obeyed(progress: Progress, orders: Orders, account: AccountV1, *, now: datetime) -> Progress:
    """`progress` after those of `orders` that it does not know yet."""
    for order in orders:
        if not _is_new(order, progress.obeyed):
            continue
        if order.command.workspace_id == account.workspace_id:
            progress = _OBEYING[type(order.command.action)](progress, order.command, now)
        mark = Obeyed(offset=order.offset, written_at=order.written_at)
        progress = progress.model_copy(update={"obeyed": mark})
    return progress


def _is_new(order: Order, obeyed: Obeyed | None) -> bool:
    # A topic made anew counts from 0 again, at a later time.
    return obeyed is None or order.offset > obeyed.offset or order.written_at > obeyed.written_at


def _is_idle(before: Order, after: Order) -> bool:
    """Of pauses and resumes, of refreshes and of the same backfill the last one counts."""
    one, other = before.command.action, after.command.action
    switches = isinstance(one, Pause | Resume) and isinstance(other, Pause | Resume)
    return switches or one == other


def _pause(progress: Progress, _: CommandV1, __: datetime) -> Progress:
    return progress.model_copy(update={"paused": True})


def _resume(progress: Progress, _: CommandV1, __: datetime) -> Progress:
    return progress.model_copy(update={"paused": False})


def _refresh(progress: Progress, _: CommandV1, now: datetime) -> Progress:
    """Everything is due now; what TikTok's limit holds back stays held back."""
    if progress.refreshed_at and now < progress.refreshed_at + _REFRESH_EVERY:
        return progress
    tasks = {"profile": _again(progress.profile, now), "listing": _again(progress.listing, now)}
    return _changed(progress, {**tasks, "full_again_at": now, "refreshed_at": now})


def _backfill(progress: Progress, command: CommandV1, now: datetime) -> Progress:
    """These days too, beside what an earlier command asked for; between them a gap is asked as well."""
    if not isinstance(command.action, Backfill):
        return progress
    wanted, before = command.action, progress.backfill
    days = Days(
        from_day=min(wanted.from_day, before.from_day) if before else wanted.from_day,
        to_day=max(wanted.to_day, before.to_day) if before else wanted.to_day,
    )
    return _changed(progress, {"backfill": days, "profile": _again(progress.profile, now)})


def _again(task: TaskProgress, now: datetime) -> TaskProgress:
    return TaskProgress.model_validate({**dict(without_back_off(task, now)), "again_at": now})


def _changed(progress: Progress, changes: Mapping[str, object]) -> Progress:
    # Validated again, so that moments are kept to the millisecond, as in the store.
    return Progress.model_validate({**dict(progress), **changes})


_OBEYING: Mapping[type, Callable[[Progress, CommandV1, datetime], Progress]] = {
    Pause: _pause,
    Resume: _resume,
    Refresh: _refresh,
    Backfill: _backfill,
}
