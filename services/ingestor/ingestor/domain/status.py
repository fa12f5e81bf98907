"""What people are told of an account's collection, derived from its progress."""

from datetime import datetime

from common.events import AccountStatus, AccountV1, CollectionState, CollectionStatusV1
from ingestor.domain.plan import Rhythm, due_times, is_lost, next_due
from ingestor.domain.progress import Progress, Task

_NOTHING_GRANTED = "the granted permissions allow neither the profile nor the posts; connect the account again"
_LOST_BEFORE = "the account's authorization was lost; connect it again"


def with_status(
    progress: Progress, account: AccountV1, *, rhythm: Rhythm, now: datetime, moved: bool = True
) -> Progress:
    """`progress` with its status brought up to date; the same object when there is nothing new to tell.

    `moved`: `progress` is further than it was. Otherwise a moment that was told stays as it was told.
    """
    state, reason = _state(progress, account, rhythm)
    old = progress.status
    status = CollectionStatusV1(
        workspace_id=account.workspace_id,
        account_id=account.account_id,
        state=state,
        reason=reason,
        since=old.since if old and old.state is state else now,
        last_profile_at=progress.profile.done_at,
        last_listing_at=progress.listing.done_at,
        next_due=_next_due(progress, account, rhythm, now, moved=moved),
        has_days=progress.has_days,
        revision=old.revision if old else 0,
    )
    if status == old:
        return progress
    return progress.model_copy(update={"status": status.model_copy(update={"revision": status.revision + 1})})


def _state(progress: Progress, account: AccountV1, rhythm: Rhythm) -> tuple[CollectionState, str | None]:
    if is_lost(progress, account):
        return CollectionState.LOST_ACCESS, progress.loss.reason if progress.loss else _LOST_BEFORE
    if progress.paused:
        return CollectionState.PAUSED, None
    tasks = due_times(progress, account, rhythm)
    if not tasks:
        return CollectionState.FAILING, _NOTHING_GRANTED
    for trouble in (progress.profile.trouble, progress.listing.trouble):
        if trouble:
            return trouble.state, trouble.reason
    if progress.incident:
        return CollectionState.FAILING, progress.incident.reason
    return (CollectionState.BACKFILLING if _first_collection(progress, set(tasks)) else CollectionState.SYNCED), None


def _first_collection(progress: Progress, tasks: set[Task]) -> bool:
    never = {Task.PROFILE: progress.profile.done_at is None, Task.LISTING: progress.full_at is None}
    return any(never[task] for task in tasks)


def _next_due(progress: Progress, account: AccountV1, rhythm: Rhythm, now: datetime, *, moved: bool) -> datetime | None:
    if account.status is not AccountStatus.CONNECTED:
        return None
    due, told = next_due(progress, account, rhythm), progress.status.next_due if progress.status else None
    if due and told and not moved:
        # A stretch that has changed is told when the account has its turn, or all accounts would be news at once.
        return told
    if due is None or due > now:
        return due
    # Overdue is due now. Told once: a moment that moved with the clock would be news at every look.
    return told if told and told <= now else now
