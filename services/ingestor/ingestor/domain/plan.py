"""What is due when, for one account: profile first, then its posts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from common.events import AccountStatus, AccountV1
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk, post_fields, profile_fields
from ingestor.domain.progress import Days, ListingKind, OpenListing, Progress, Task, TaskProgress

_STEPS = 1_000
_MINUTE = timedelta(minutes=1)
# Due before everything that was ever collected.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often (domain clock) and how far back.

    What the source can do: `look_back_days` of the daily series, `window_days` of them in one request.
    """

    profile_every: timedelta = timedelta(hours=6)
    head_every: timedelta = timedelta(hours=3)
    full_every: timedelta = timedelta(days=1)
    head_age: timedelta = timedelta(days=10)
    look_back_days: int = 60
    window_days: int = 60
    overlap_days: int = 3
    """Of two windows: days are restated for two days and more, so their seam is asked for twice."""
    page_size: int = 20
    stretch: float = 1.0
    """By how much all intervals are longer now, because the budget does not suffice."""


def is_lost(progress: Progress, account: AccountV1) -> bool:
    """Access is gone, and no later account event says otherwise."""
    if account.status is AccountStatus.LOST_ACCESS:
        return True
    return progress.loss is not None and progress.loss.revision >= account.revision


def due_times(progress: Progress, account: AccountV1, rhythm: Rhythm) -> Mapping[Task, datetime]:
    """When each task that the granted scopes allow is due, in the order of doing; empty when nothing may be asked."""
    if progress.paused or account.open_id is None:
        return {}
    if account.status is not AccountStatus.CONNECTED or is_lost(progress, account):
        return {}
    due: dict[Task, datetime] = {}
    if profile_fields(account.scopes):
        due[Task.PROFILE] = _due(progress.profile, rhythm.profile_every)
    if post_fields(account.scopes):
        due[Task.LISTING] = _listing_due(progress, rhythm)
    return due


def next_due(progress: Progress, account: AccountV1, rhythm: Rhythm) -> datetime | None:
    """When the account has its turn, as far as can be said: what goes by the rhythm waits for its stretched time."""
    stretched = replace(
        rhythm,
        profile_every=rhythm.stretch * rhythm.profile_every,
        head_every=rhythm.stretch * rhythm.head_every,
        full_every=full_every_now(progress, account, rhythm),
    )
    return min(due_times(progress, account, stretched).values(), default=None)


def full_every_now(progress: Progress, account: AccountV1, rhythm: Rhythm) -> timedelta:
    if rhythm.stretch <= 1:
        return rhythm.full_every
    # Rides on the newest pages that come next to its time, or these would be asked for twice.
    return rhythm.stretch * (apart(progress, account, rhythm) * rhythm.full_every + rhythm.head_every / 2)


def wanted_since(progress: Progress, account: AccountV1, rhythm: Rhythm) -> datetime | None:
    """Since when (or from when on) the account waits for what its rhythm promises, whatever failed meanwhile."""
    profile, listing = progress.profile.done_at, progress.listing.done_at
    wanted = {
        Task.PROFILE: profile + rhythm.profile_every if profile else account.changed_at,
        Task.LISTING: min(listing + rhythm.head_every, _full_due(progress, rhythm)) if listing else account.changed_at,
    }
    return min((wanted[task] for task in due_times(progress, account, rhythm)), default=None)


def demand(progress: Progress, account: AccountV1, rhythm: Rhythm) -> float:
    """Requests a minute (domain clock) that the rhythm wants for this account; newest posts fill a page."""
    tasks, pages = due_times(progress, account, rhythm), -(-(progress.posts_expected or 1) // rhythm.page_size)
    profiles = _MINUTE / rhythm.profile_every if Task.PROFILE in tasks else 0.0
    heads = max(_MINUTE / rhythm.head_every - _MINUTE / rhythm.full_every, 0.0)
    return profiles + (heads + pages * _MINUTE / rhythm.full_every if Task.LISTING in tasks else 0.0)


def ask_for(task: Task, progress: Progress, account: AccountV1, *, rhythm: Rhythm, now: datetime) -> Ask | None:
    """The request that brings `task` further."""
    return _ask(task, progress, account, rhythm=rhythm, now=now)


def next_ask(progress: Progress, account: AccountV1, *, rhythm: Rhythm, now: datetime) -> Ask | None:
    """The one request to make now, or None."""
    for task, due in due_times(progress, account, rhythm).items():
        if due <= now:
            return _ask(task, progress, account, rhythm=rhythm, now=now)
    return None


def shares(ask: Ask, progress: Progress, account: AccountV1, *, rhythm: Rhythm, now: datetime) -> bool:
    """Whether the answer to `ask`, made for a twin of `account`, is one that `account` wants too.

    Half an interval before its time is near enough: from then on both are due together.
    """
    due = due_times(progress, account, rhythm)
    match ask:
        case ProfileAsk():
            near = Task.PROFILE in due and due[Task.PROFILE] <= now + rhythm.profile_every / 2
            return near and ask == _profile_ask(progress, account, rhythm, now)
        case PageAsk():
            near = Task.LISTING in due and due[Task.LISTING] <= now + rhythm.head_every / 2
            listing = progress.open_listing or OpenListing(kind=ask.kind, started_at=now)
            return near and ask == _page_ask(account, rhythm, listing)


def _ask(task: Task, progress: Progress, account: AccountV1, *, rhythm: Rhythm, now: datetime) -> Ask | None:
    match task:
        case Task.PROFILE:
            return _profile_ask(progress, account, rhythm, now)
        case Task.LISTING:
            listing = progress.open_listing or OpenListing(kind=_kind(progress, account, rhythm, now), started_at=now)
            return _page_ask(account, rhythm, listing)


def _due(task: TaskProgress, every: timedelta) -> datetime:
    if task.trouble:
        return task.trouble.retry_at
    regular = task.done_at + every if task.done_at else BEGINNING
    return min(regular, task.again_at) if task.again_at else regular


def _listing_due(progress: Progress, rhythm: Rhythm) -> datetime:
    if progress.listing.trouble:
        return progress.listing.trouble.retry_at
    if progress.open_listing:
        return progress.open_listing.started_at
    return min(_due(progress.listing, rhythm.head_every), _full_due(progress, rhythm))


def _full_due(progress: Progress, rhythm: Rhythm) -> datetime:
    regular = progress.full_at + rhythm.full_every if progress.full_at else BEGINNING
    return min(regular, progress.full_again_at) if progress.full_again_at else regular


def _kind(progress: Progress, account: AccountV1, rhythm: Rhythm, now: datetime) -> ListingKind:
    """A full listing serves as the newest pages too. While intervals stretch, it waits until it is as late as these."""
    head, full = progress.listing.done_at, progress.full_at
    if full is None or head is None or (progress.full_again_at and progress.full_again_at <= now):
        return ListingKind.FULL
    late = min((now - head) / rhythm.head_every, rhythm.stretch) * apart(progress, account, rhythm)
    near = 1 - min(rhythm.head_every / rhythm.full_every, 1) / 4
    return ListingKind.FULL if (now - full) / rhythm.full_every >= max(late * near, 1) else ListingKind.HEAD


def apart(progress: Progress, account: AccountV1, rhythm: Rhythm) -> float:
    """How much longer or shorter the interval after the first full listing is, on average 1.

    Accounts that were connected together would all have their long listings together, and meanwhile nothing else.
    """
    first = account.connected_at and progress.full_at and progress.full_at - account.connected_at < rhythm.full_every
    return 0.5 + account.account_id.int % _STEPS / _STEPS if first and rhythm.stretch > 1 else 1.0


def _profile_ask(progress: Progress, account: AccountV1, rhythm: Rhythm, now: datetime) -> ProfileAsk | None:
    today = now.astimezone(UTC).date()
    asked = profile_fields(account.scopes, demographics=_wants_demographics(progress, today))
    if asked is None or account.open_id is None:
        return None
    window = backfill_window(progress.backfill, rhythm, today)
    days = window or Days(from_day=today - timedelta(days=min(rhythm.look_back_days, rhythm.window_days)), to_day=today)
    return ProfileAsk(
        open_id=account.open_id,
        field_set=asked,
        start=days.from_day,
        end=days.to_day,
        backfill=window is not None,
    )


def backfill_window(wanted: Days | None, rhythm: Rhythm, today: date) -> Days | None:
    """The newest part of `wanted` that one request can give; None when TikTok gives nothing of it any more."""
    if wanted is None:
        return None
    last = min(wanted.to_day, today)
    first = max(
        wanted.from_day, today - timedelta(days=rhythm.look_back_days), last - timedelta(days=rhythm.window_days)
    )
    return Days(from_day=first, to_day=last) if first <= last else None


def backfill_left(wanted: Days, read: ProfileAsk, rhythm: Rhythm, today: date) -> Days | None:
    """What of `wanted` remains after `read`; the next window overlaps it."""
    if read.start <= max(wanted.from_day, today - timedelta(days=rhythm.look_back_days)):
        return None
    return Days(from_day=wanted.from_day, to_day=read.start + timedelta(days=rhythm.overlap_days - 1))


def _wants_demographics(progress: Progress, today: date) -> bool:
    """Once each UTC day: they are kept as of the day they were seen on."""
    return progress.demographics_at is None or progress.demographics_at.date() < today


def _page_ask(account: AccountV1, rhythm: Rhythm, listing: OpenListing) -> PageAsk | None:
    asked = post_fields(account.scopes)
    if asked is None or account.open_id is None:
        return None
    return PageAsk(
        open_id=account.open_id,
        field_set=asked,
        kind=listing.kind,
        cursor=listing.cursor,
        max_count=rhythm.page_size,
    )
