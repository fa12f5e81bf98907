"""The steps of a progress: what an answer, a refusal or a loss of access makes of it."""

from datetime import UTC, datetime, timedelta

from common.events import AccountV1, CollectionState
from ingestor.domain.answers import Refused, Verdict
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.domain.plan import Rhythm
from ingestor.domain.progress import ListingKind, Loss, OpenListing, Progress, Task, TaskProgress, Trouble
from ingestor.domain.reading import PageRead, ProfileRead

# TikTok: after the limit of a minute pause five; the limit of a second is over with it.
_MINUTE_PAUSE, _SECOND_PAUSE = timedelta(minutes=5), timedelta(seconds=2)
# TikTok asks to wait about five minutes after a server fault; a short hiccup is met sooner.
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=1), timedelta(minutes=5)

_PAUSES = {Verdict.THROTTLED_MINUTE: _MINUTE_PAUSE, Verdict.THROTTLED_SECOND: _SECOND_PAUSE}


def task_of(ask: Ask) -> Task:
    match ask:
        case ProfileAsk():
            return Task.PROFILE
        case PageAsk():
            return Task.LISTING


def task_progress(progress: Progress, task: Task) -> TaskProgress:
    return progress.profile if task is Task.PROFILE else progress.listing


def back_off(failures: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return min(_FIRST_RETRY * (1 << min(failures - 1, 16)), _LONGEST_RETRY)


def profile_read(progress: Progress, read: ProfileRead) -> Progress:
    done = TaskProgress(done_at=read.snapshot.observed_at)
    return progress.model_copy(update={"profile": done, "posts_expected": read.posts_expected, "loss": None})


def page_read(progress: Progress, read: PageRead, ask: PageAsk, *, now: datetime, rhythm: Rhythm) -> Progress:
    """One page further, or the listing finished. A listing that found no post although there are some is a failure."""
    before = progress.open_listing or OpenListing(kind=ask.kind, started_at=now)
    listing = before.model_copy(update={"cursor": read.cursor, "seen": before.seen + read.size})
    if read.cursor is not None and not _reached_old_posts(read, ask.kind, now=now, rhythm=rhythm):
        untroubled = TaskProgress(done_at=progress.listing.done_at)
        return progress.model_copy(update={"open_listing": listing, "listing": untroubled, "loss": None})
    if listing.seen == 0 and progress.posts_expected:
        return _empty(progress, now)
    return _finished(progress, listing)


def refused(progress: Progress, task: Task, refusal: Refused, *, now: datetime) -> Progress:
    """Try again: after TikTok's pause when it was too much, after our back-off when it failed."""
    pause = _PAUSES.get(refusal.verdict)
    if pause is None:
        return failed(progress, task, refusal.reason, now=now)
    return _troubled(progress, task, state=CollectionState.RATE_LIMITED, reason=refusal.reason, retry_at=now + pause)


def failed(progress: Progress, task: Task, reason: str, *, now: datetime) -> Progress:
    retry_at = now + back_off(failures_in_a_row(progress, task) + 1)
    return _troubled(progress, task, state=CollectionState.FAILING, reason=reason, retry_at=retry_at)


def access_lost(progress: Progress, account: AccountV1, reason: str) -> Progress:
    """No more requests until an account event of a higher revision."""
    return progress.model_copy(update={"loss": Loss(revision=account.revision, reason=reason)})


def failures_in_a_row(progress: Progress, task: Task) -> int:
    trouble = task_progress(progress, task).trouble
    return trouble.failures if trouble else 0


def _reached_old_posts(read: PageRead, kind: ListingKind, *, now: datetime, rhythm: Rhythm) -> bool:
    if kind is ListingKind.FULL or read.last_published is None:
        return False
    return datetime.fromtimestamp(read.last_published, UTC) < now - rhythm.head_age


def _finished(progress: Progress, listing: OpenListing) -> Progress:
    full_at = listing.started_at if listing.kind is ListingKind.FULL else progress.full_at
    done = TaskProgress(done_at=listing.started_at)
    return progress.model_copy(update={"open_listing": None, "listing": done, "full_at": full_at, "loss": None})


def _empty(progress: Progress, now: datetime) -> Progress:
    """Ask again from the start, the profile first: perhaps the posts are really gone by now."""
    reason = f"TikTok listed no posts, although the profile counts {progress.posts_expected} public ones"
    troubled = failed(progress, Task.LISTING, reason, now=now)
    retry_at = troubled.listing.trouble.retry_at if troubled.listing.trouble else now
    profile = progress.profile.model_copy(update={"again_at": retry_at})
    return troubled.model_copy(update={"open_listing": None, "profile": profile})


def _troubled(progress: Progress, task: Task, *, state: CollectionState, reason: str, retry_at: datetime) -> Progress:
    trouble = Trouble(state=state, reason=reason, failures=failures_in_a_row(progress, task) + 1, retry_at=retry_at)
    # Validated again, so that the moment is kept to the millisecond, as in the store.
    changed = TaskProgress.model_validate({**dict(task_progress(progress, task)), "trouble": trouble})
    return progress.model_copy(update={task.value: changed})
