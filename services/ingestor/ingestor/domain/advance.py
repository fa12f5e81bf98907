"""The steps of a progress: what an answer, a refusal or a loss of access makes of it."""

from datetime import UTC, date, datetime, timedelta

from common.events import AccountV1, CollectionState
from ingestor.domain import lifecycle
from ingestor.domain.answers import Refused, Verdict
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.domain.plan import Rhythm, backfill_left, backfill_window
from ingestor.domain.posts import Ledger
from ingestor.domain.progress import (
    Days,
    IncidentKind,
    ListingKind,
    Loss,
    OpenListing,
    Progress,
    Task,
    TaskProgress,
    Trouble,
)
from ingestor.domain.reading import PageRead, ProfileRead

# TikTok: after the limit of a minute pause five; the limit of a second is over with it.
_PAUSES = {Verdict.THROTTLED_MINUTE: timedelta(minutes=5), Verdict.THROTTLED_SECOND: timedelta(seconds=2)}
# The first retry and the longest wait. TikTok asks to wait about five minutes after a server fault; a short hiccup is
# met sooner. What a repeat does not heal is asked seldom, lest it cost others their requests.
_RETRIES = {
    Verdict.FAILED: (timedelta(seconds=1), timedelta(minutes=5)),
    Verdict.MAINTENANCE: (timedelta(minutes=1), timedelta(minutes=1)),
    Verdict.REJECTED: (timedelta(minutes=1), timedelta(hours=1)),
    Verdict.FORBIDDEN: (timedelta(minutes=1), timedelta(hours=6)),
}
# After so many failures in a row the circuit of this account and endpoint is open: a probe now and then.
_CIRCUIT_OPENS, _PROBE_EVERY = 12, timedelta(minutes=30)
# A mass disappearance is looked at again soon, then as often as heads are.
_MASS_RETRIES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=3))


def task_of(ask: Ask) -> Task:
    match ask:
        case ProfileAsk():
            return Task.PROFILE
        case PageAsk():
            return Task.LISTING


def task_progress(progress: Progress, task: Task) -> TaskProgress:
    return progress.profile if task is Task.PROFILE else progress.listing


def back_off(failures: int, verdict: Verdict = Verdict.FAILED) -> timedelta:
    """How long to wait after so many failures in a row."""
    first, longest = _RETRIES[verdict]
    wait = min(first * (1 << min(failures - 1, 16)), longest)
    return max(wait, _PROBE_EVERY) if failures > _CIRCUIT_OPENS and verdict is Verdict.FAILED else wait


def profile_read(progress: Progress, read: ProfileRead, ask: ProfileAsk, *, rhythm: Rhythm) -> Progress:
    """The profile is read, or a window of the days that were asked for beside it."""
    at, left = read.snapshot.observed_at, _backfill_after(progress, ask, rhythm, read.snapshot.observed_at.date())
    done_at = progress.profile.done_at if ask.backfill else at
    still_wanted = _refresh_after(progress, done_at) if ask.backfill else None
    return progress.model_copy(
        update={
            "profile": TaskProgress(done_at=done_at, again_at=at if left else still_wanted),
            "posts_expected": read.posts_expected,
            "loss": None,
            "backfill": left,
            "has_days": progress.has_days or bool(read.snapshot.days),
            "demographics_at": at if ask.field_set.demographics else progress.demographics_at,
        }
    )


def _backfill_after(progress: Progress, ask: ProfileAsk, rhythm: Rhythm, today: date) -> Days | None:
    """What is still to be asked; after the first profile, all that TikTok has and one request could not give."""
    if ask.backfill:
        return backfill_left(progress.backfill, ask, rhythm, today) if progress.backfill else None
    if progress.profile.done_at is None:
        return backfill_left(Days(from_day=date.min, to_day=ask.end), ask, rhythm, today)
    return progress.backfill if backfill_window(progress.backfill, rhythm, today) else None


def page_read(
    progress: Progress, read: PageRead, ask: PageAsk, ledger: Ledger, *, now: datetime, rhythm: Rhythm
) -> Progress:
    """One page further, or the listing finished. `ledger` knows all posts of the page."""
    before = progress.open_listing or OpenListing(kind=ask.kind, started_at=now)
    marks = ledger.marks(read.post_ids)
    listing = before.model_copy(
        update={
            "cursor": read.cursor,
            "seen": before.seen + read.size,
            "listed": before.listed | marks,
            "readable": before.readable and read.readable,
        }
    )
    posts, changes = lifecycle.seen(progress.posts, marks, ledger, at=now)
    progress = progress.model_copy(update={"posts": posts, "changes": (*progress.changes, *changes), "loss": None})
    if read.cursor is not None and not _reached_old_posts(read, ask.kind, now=now, rhythm=rhythm):
        return _going_on(progress, listing)
    if listing.seen == 0 and progress.posts_expected:
        return _empty(progress, now)
    if listing.kind is ListingKind.FULL:
        return _judged(progress, listing, ledger, now)
    return _finished(progress, listing)


def refused(progress: Progress, task: Task, refusal: Refused, *, now: datetime) -> Progress:
    """Try again: after TikTok's pause when it was too much, after our back-off when it failed."""
    pause, reason = _PAUSES.get(refusal.verdict), refusal.reason
    if pause is not None:
        return _troubled(progress, task, state=CollectionState.RATE_LIMITED, reason=reason, retry_at=now + pause)
    if refusal.verdict is Verdict.REJECTED and task is Task.PROFILE:
        # Days that TikTok does not give must not keep the regular request waiting.
        progress = progress.model_copy(update={"backfill": None})
    return failed(progress, task, reason, now=now, verdict=refusal.verdict)


def failed(
    progress: Progress, task: Task, reason: str, *, now: datetime, verdict: Verdict = Verdict.FAILED
) -> Progress:
    retry_at = now + back_off(failures_in_a_row(progress, task) + 1, verdict)
    return _troubled(progress, task, state=CollectionState.FAILING, reason=reason, retry_at=retry_at)


def reconsidered(progress: Progress, account: AccountV1, *, now: datetime) -> Progress:
    """A new state of the account, such as a new connection with more permissions, is tried at once."""
    if account.revision <= progress.revision:
        return progress
    tasks = {task.value: without_back_off(task_progress(progress, task), now) for task in Task}
    return progress.model_copy(update={**tasks, "revision": account.revision})


def without_back_off(task: TaskProgress, now: datetime) -> TaskProgress:
    """What failed may be tried at once; what TikTok's limit holds back stays held back."""
    trouble = task.trouble
    if trouble is None or trouble.state is CollectionState.RATE_LIMITED:
        return task
    sooner = Trouble.model_validate({**dict(trouble), "retry_at": min(trouble.retry_at, now)})
    return task.model_copy(update={"trouble": sooner})


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


def _going_on(progress: Progress, listing: OpenListing) -> Progress:
    untroubled = progress.listing.model_copy(update={"trouble": None})
    return progress.model_copy(update={"open_listing": listing, "listing": untroubled})


def _judged(progress: Progress, listing: OpenListing, ledger: Ledger, now: datetime) -> Progress:
    judgement = lifecycle.judged(progress.posts, listing, ledger, incident=progress.incident, at=now)
    changes = (*progress.changes, *judgement.changes)
    progress = progress.model_copy(update={"posts": judgement.posts, "changes": changes})
    if judgement.incident is None:
        return _finished(progress, listing)
    # What was listed was published; the whole list is asked for again.
    fresh = TaskProgress(done_at=listing.started_at)
    progress = progress.model_copy(update={"open_listing": None, "listing": fresh, "incident": judgement.incident})
    pause = _MASS_RETRIES[min(judgement.incident.listings, len(_MASS_RETRIES)) - 1]
    return _troubled(
        progress,
        Task.LISTING,
        state=CollectionState.FAILING,
        reason=judgement.incident.reason,
        retry_at=now + pause,
    )


def _finished(progress: Progress, listing: OpenListing) -> Progress:
    """The listing is done; what was wanted after it began is still wanted."""
    update: dict[str, object] = {
        "open_listing": None,
        "listing": TaskProgress(
            done_at=listing.started_at, again_at=_later(progress.listing.again_at, listing.started_at)
        ),
    }
    if listing.kind is ListingKind.FULL:
        still = _later(progress.full_again_at, listing.started_at)
        update |= {"full_at": listing.started_at, "full_again_at": still, "incident": None}
    elif progress.incident and progress.incident.kind is IncidentKind.EMPTY_LISTING:
        update |= {"incident": None}
    return progress.model_copy(update=update)


def _refresh_after(progress: Progress, done_at: datetime | None) -> datetime | None:
    return _later(progress.refreshed_at, done_at) if done_at else None


def _later(wanted: datetime | None, than: datetime) -> datetime | None:
    return wanted if wanted and wanted > than else None


def _empty(progress: Progress, now: datetime) -> Progress:
    """Ask again from the start, the profile first: perhaps the posts are really gone by now."""
    reason = f"TikTok listed no posts, although the profile counts {progress.posts_expected} public ones"
    troubled = failed(progress, Task.LISTING, reason, now=now)
    retry_at = troubled.listing.trouble.retry_at if troubled.listing.trouble else now
    profile = progress.profile.model_copy(update={"again_at": retry_at})
    incident = lifecycle.next_incident(progress.incident, IncidentKind.EMPTY_LISTING, reason, now)
    return troubled.model_copy(update={"open_listing": None, "profile": profile, "incident": incident})


def _troubled(progress: Progress, task: Task, *, state: CollectionState, reason: str, retry_at: datetime) -> Progress:
    trouble = Trouble(state=state, reason=reason, failures=failures_in_a_row(progress, task) + 1, retry_at=retry_at)
    # Validated again, so that the moment is kept to the millisecond, as in the store.
    changed = TaskProgress.model_validate({**dict(task_progress(progress, task)), "trouble": trouble})
    return progress.model_copy(update={task.value: changed})
