"""What is due when, walked through with the answers that move it on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

import pytest

from common.catalog.fields import SCOPES
from common.events import AccountStatus, AccountV1, CollectionState
from ingestor.domain import advance
from ingestor.domain.answers import Answered
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk, profile_fields
from ingestor.domain.plan import Rhythm, next_ask, next_due, shares
from ingestor.domain.posts import Ledger
from ingestor.domain.progress import ListingKind, Progress, Task
from ingestor.domain.reading import PageRead, read_page, read_profile
from ingestor.domain.status import with_status

from .fakes import START, account, changed, refusal

RHYTHM = Rhythm()
ACCOUNT = account()
HOUR = timedelta(hours=1)

Some = TypeVar("Some")


def _ask(progress: Progress, now: datetime, told: AccountV1 = ACCOUNT) -> Ask | None:
    return next_ask(progress, told, rhythm=RHYTHM, now=now)


def _profile(
    progress: Progress, now: datetime, *, posts: int | None = 3, days: Sequence[dict[str, object]] = ()
) -> Progress:
    ask = ProfileAsk(
        open_id="open-1", field_set=_set(profile_fields(SCOPES)), start=now.date() - timedelta(days=60), end=now.date()
    )
    answer = Answered(data={"username": "x", "videos_count": posts, "metrics": list(days)}, observed_at=now)
    return advance.profile_read(progress, read_profile(answer, ask, ACCOUNT, recorded_at=now), ask, rhythm=RHYTHM)


def _page_read(ask: PageAsk, now: datetime, published: Sequence[datetime], *, more: int | None) -> PageRead:
    videos = [{"item_id": str(uuid4()), "create_time": str(int(at.timestamp()))} for at in published]
    data = {"videos": videos, "has_more": more is not None, "cursor": more or 0}
    return read_page(Answered(data=data, observed_at=now), ask, ACCOUNT, recorded_at=now)


def _page(
    progress: Progress, now: datetime, *, published: Sequence[datetime] = (START,), more: int | None = None
) -> Progress:
    """The next page of the due listing, holding posts `published` then; `more` is the cursor of a further page."""
    ask = _ask(progress, now)
    assert isinstance(ask, PageAsk)
    read = _page_read(ask, now, published, more=more)
    ledger = Ledger(ACCOUNT.account_id, read.post_ids)
    return advance.page_read(progress, read, ask, ledger, now=now, rhythm=RHYTHM)


def _collected(now: datetime = START) -> Progress:
    return _page(_profile(Progress(account_id=ACCOUNT.account_id), now), now)


def _set(value: Some | None) -> Some:
    assert value is not None
    return value


def test_profile_first_with_the_longest_look_back_then_all_posts() -> None:
    first = _ask(Progress(account_id=ACCOUNT.account_id), START)
    assert isinstance(first, ProfileAsk)
    assert (first.start, first.end) == (START.date() - timedelta(days=60), START.date())
    second = _ask(_profile(Progress(account_id=ACCOUNT.account_id), START), START)
    assert isinstance(second, PageAsk)
    assert (second.kind, second.cursor, second.max_count) == (ListingKind.FULL, None, 20)


def test_a_listing_goes_on_at_its_cursor_until_there_is_no_more() -> None:
    progress = _page(_profile(Progress(account_id=ACCOUNT.account_id), START), START, more=500)
    ask = _ask(progress, START + 5 * HOUR)
    assert isinstance(ask, PageAsk)
    assert (ask.kind, ask.cursor) == (ListingKind.FULL, 500)
    assert _ask(_page(progress, START), START) is None


def test_afterwards_heads_every_3_hours_the_profile_every_6_and_all_posts_once_a_day() -> None:
    progress, happened = _collected(), []
    for quarter in range(1, 26 * 4):
        now = START + quarter * timedelta(minutes=15)
        while ask := _ask(progress, now):
            happened.append((quarter / 4, "profile" if isinstance(ask, ProfileAsk) else str(ask.kind)))
            progress = _profile(progress, now) if isinstance(ask, ProfileAsk) else _page(progress, now)
    assert [at for at, what in happened if what == "profile"] == [6, 12, 18, 24]
    assert [at for at, what in happened if what == "head"] == [3, 6, 9, 12, 15, 18, 21]
    assert [at for at, what in happened if what == "full"] == [24]


def test_a_head_listing_ends_with_a_page_older_than_ten_days_and_a_full_one_does_not() -> None:
    old, young = START - timedelta(days=11), START - timedelta(days=9)
    later = START + 3 * HOUR
    going_on = _page(_collected(), later, published=(young,), more=400)
    assert going_on.open_listing is not None
    ended = _page(going_on, later, published=(young, old), more=300)
    assert ended.open_listing is None
    assert ended.listing.done_at == later
    assert ended.full_at == START
    full = _page(_profile(Progress(account_id=ACCOUNT.account_id), START), START, published=(old,), more=400)
    assert full.open_listing is not None


def test_after_a_jump_of_days_everything_is_due_at_once_and_one_full_listing_serves_as_head_too() -> None:
    now = START + timedelta(days=3)
    progress = _collected()
    assert isinstance(_ask(progress, now), ProfileAsk)
    listing = _ask(_profile(progress, now), now)
    assert isinstance(listing, PageAsk)
    assert listing.kind is ListingKind.FULL
    assert _ask(_page(_profile(progress, now), now), now) is None


def test_a_profile_that_fails_does_not_keep_the_posts_waiting() -> None:
    progress = advance.refused(Progress(account_id=ACCOUNT.account_id), Task.PROFILE, refusal(50000), now=START)
    assert isinstance(_ask(progress, START), PageAsk)


@pytest.mark.parametrize("status", [AccountStatus.LOST_ACCESS, AccountStatus.DISCONNECTED, AccountStatus.ERASED])
def test_nothing_is_due_for_an_account_that_is_not_connected(status: AccountStatus) -> None:
    told = changed(ACCOUNT, status=status)
    assert next_due(_collected(), told, RHYTHM) is None
    assert _ask(_collected(), START + timedelta(days=9), told) is None


def test_lost_access_ends_with_a_later_account_event() -> None:
    lost = advance.access_lost(_collected(), ACCOUNT, "revoked")
    assert _ask(lost, START + timedelta(days=9)) is None
    assert _ask(lost, START + timedelta(days=9), changed(ACCOUNT)) is not None


def test_only_what_the_scopes_allow_is_asked() -> None:
    told = changed(ACCOUNT, scopes=("video.list",))
    ask = _ask(Progress(account_id=ACCOUNT.account_id), START, told)
    assert isinstance(ask, PageAsk)
    assert ask.field_set.name == "post_partial.v1:video.list"
    assert _ask(Progress(account_id=ACCOUNT.account_id), START, changed(ACCOUNT, scopes=())) is None


def test_failures_in_a_row_wait_longer_then_the_circuit_opens_and_a_success_forgets_them() -> None:
    progress, now, waits = _collected(), START + timedelta(hours=6), []
    for _ in range(14):
        progress = advance.refused(progress, Task.PROFILE, refusal(50000), now=now)
        assert progress.profile.trouble is not None
        waits.append((progress.profile.trouble.retry_at - now).total_seconds())
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 1800, 1800]
    assert _profile(progress, now).profile.trouble is None


@pytest.mark.parametrize(
    ("code", "waits"),
    [
        (40002, [60, 120, 240, 480, 960, 1920, 3600, 3600]),
        (40001, [60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600]),
        (60001, [60] * 8),
    ],
)
def test_what_a_repeat_does_not_heal_is_asked_seldom(code: int, waits: list[int]) -> None:
    progress, waited = _collected(), []
    for _ in waits:
        progress = advance.refused(progress, Task.LISTING, refusal(code), now=START)
        assert progress.listing.trouble is not None
        waited.append((progress.listing.trouble.retry_at - START).total_seconds())
    assert waited == waits


def test_a_new_connection_is_tried_at_once_and_the_same_one_again_is_not() -> None:
    progress = advance.refused(_collected(), Task.PROFILE, refusal(40001, "no scope"), now=START)
    progress = advance.reconsidered(progress, ACCOUNT, now=START)
    later = START + 3 * HOUR
    progress = advance.refused(progress, Task.PROFILE, refusal(40001, "no scope"), now=later)
    assert isinstance(_ask(advance.reconsidered(progress, ACCOUNT, now=later), later), PageAsk)
    again = advance.reconsidered(progress, changed(ACCOUNT), now=later)
    assert isinstance(_ask(again, later, changed(ACCOUNT)), ProfileAsk)


@pytest.mark.parametrize(("message", "pause"), [("Too many.", 300), ("App reaches the QPS limit.", 2)])
def test_a_throttle_pauses_as_long_as_tiktok_wants(message: str, pause: int) -> None:
    refused = refusal(40100, message)
    progress = advance.refused(_collected(), Task.LISTING, refused, now=START)
    assert progress.listing.trouble is not None
    assert progress.listing.trouble.state is CollectionState.RATE_LIMITED
    assert progress.listing.trouble.retry_at == START + timedelta(seconds=pause)
    assert progress.profile.trouble is None


def test_no_posts_where_the_profile_counts_some_is_a_failure_that_asks_the_profile_again() -> None:
    progress = _page(_profile(Progress(account_id=ACCOUNT.account_id), START), START, published=())
    assert progress.full_at is None
    assert progress.listing.trouble is not None
    assert "counts 3" in progress.listing.trouble.reason
    later = progress.listing.trouble.retry_at
    assert isinstance(_ask(progress, later), ProfileAsk)
    really_none = _page(_profile(progress, later, posts=0), later, published=())
    assert really_none.full_at == later


def test_an_empty_page_within_a_listing_is_no_failure() -> None:
    progress = _profile(Progress(account_id=ACCOUNT.account_id), START)
    progress = _page(progress, START, published=(), more=500)
    progress = _page(progress, START)
    assert progress.full_at == START


def test_progress_is_the_same_after_the_store() -> None:
    odd = START + timedelta(microseconds=1_234)
    progress = _page(_profile(Progress(account_id=ACCOUNT.account_id), odd), odd, more=400)
    progress = advance.refused(progress, Task.LISTING, refusal(50000), now=odd)
    progress = with_status(progress, ACCOUNT, rhythm=RHYTHM, now=odd)
    assert Progress.model_validate_json(progress.model_dump_json()) == progress


def test_a_twin_takes_part_in_the_same_request_only() -> None:
    twin, collected = account(), _collected()
    now = START + 3 * HOUR
    ask = _ask(collected, now)
    assert isinstance(ask, PageAsk)
    assert shares(ask, _collected(START + HOUR), twin, rhythm=RHYTHM, now=now)
    assert not shares(ask, _collected(START + 2 * HOUR), twin, rhythm=RHYTHM, now=now)
    elsewhere = _page(_profile(Progress(account_id=twin.account_id), START), START, more=400)
    assert not shares(ask, elsewhere, twin, rhythm=RHYTHM, now=now)
    fewer = account(scopes=("video.list",))
    assert not shares(ask, _collected(), fewer, rhythm=RHYTHM, now=now)
    lost = advance.access_lost(_collected(), twin, "revoked")
    assert not shares(ask, lost, twin, rhythm=RHYTHM, now=now)


# The status that people see.


def _status(progress: Progress, now: datetime, told: AccountV1 = ACCOUNT) -> Progress:
    return with_status(progress, told, rhythm=RHYTHM, now=now)


def test_the_status_goes_from_backfilling_to_synced_with_the_next_due_moment() -> None:
    progress = _status(Progress(account_id=ACCOUNT.account_id), START)
    status = _set(progress.status)
    assert (status.state, status.next_due, status.revision) == (CollectionState.BACKFILLING, START, 1)
    progress = _status(_page(_profile(progress, START), START), START)
    status = _set(progress.status)
    assert (status.state, status.next_due, status.revision) == (CollectionState.SYNCED, START + 3 * HOUR, 2)
    assert (status.last_profile_at, status.last_listing_at) == (START, START)


def test_nothing_new_is_not_told_also_while_the_clock_runs() -> None:
    progress = _status(Progress(account_id=ACCOUNT.account_id), START)
    assert _status(progress, START + HOUR) is progress
    collected = _status(_collected(), START)
    assert _status(collected, START + HOUR) is collected


@pytest.mark.parametrize(("stretch", "hours"), [(1.0, 3), (1.5, 4.5), (4.0, 12)])
def test_the_next_due_moment_is_the_stretched_one(stretch: float, hours: float) -> None:
    rhythm = replace(RHYTHM, stretch=stretch)
    assert next_due(_collected(), ACCOUNT, rhythm) == START + hours * HOUR
    soon = replace(rhythm, profile_every=HOUR)
    assert next_due(_collected(), ACCOUNT, soon) == START + stretch * HOUR


def test_what_does_not_go_by_the_rhythm_is_not_stretched() -> None:
    rhythm, later = replace(RHYTHM, stretch=4.0), START + HOUR
    failed = advance.failed(_collected(), Task.LISTING, "out of order", now=later)
    assert next_due(failed, ACCOUNT, rhythm) == next_due(failed, ACCOUNT, RHYTHM) == later + timedelta(seconds=1)
    wanted = _collected().model_copy(update={"full_again_at": later})
    assert next_due(wanted, ACCOUNT, rhythm) == later


def test_a_full_listing_is_due_when_it_is_late_enough_to_ride_on_the_newest_pages() -> None:
    rhythm = replace(RHYTHM, stretch=2.0, head_every=6 * HOUR, full_every=6 * HOUR, profile_every=48 * HOUR)
    progress = _collected().model_copy(update={"full_at": START - 10 * HOUR})
    told = changed(ACCOUNT, connected_at=START - timedelta(days=90))
    assert next_due(progress, told, rhythm) == START + 8 * HOUR


def test_a_failure_shows_its_reason_and_since_when() -> None:
    progress = _status(_collected(), START)
    for minute in range(3):
        now = START + timedelta(minutes=minute)
        progress = _status(advance.failed(progress, Task.PROFILE, f"reason {minute}", now=now), now)
    status = _set(progress.status)
    assert (status.state, status.reason, status.since) == (CollectionState.FAILING, "reason 2", START)
    healed = _set(_status(_profile(progress, START + HOUR), START + HOUR).status)
    assert (healed.state, healed.reason, healed.since) == (CollectionState.SYNCED, None, START + HOUR)


def test_lost_access_is_shown_without_a_next_moment_and_ends_with_a_new_connection() -> None:
    lost = _status(advance.access_lost(_collected(), ACCOUNT, "revoked by its owner"), START)
    status = _set(lost.status)
    assert (status.state, status.reason, status.next_due) == (CollectionState.LOST_ACCESS, "revoked by its owner", None)
    by_event = _set(_status(_collected(), START, changed(ACCOUNT, status=AccountStatus.LOST_ACCESS)).status)
    assert by_event.state is CollectionState.LOST_ACCESS
    again = _set(_status(lost, START + HOUR, changed(ACCOUNT)).status)
    assert again.state is CollectionState.SYNCED


def test_an_account_without_any_useful_permission_says_so() -> None:
    told = changed(ACCOUNT, scopes=())
    status = _set(_status(Progress(account_id=ACCOUNT.account_id), START, told).status)
    assert status.state is CollectionState.FAILING
    assert "connect the account again" in _set(status.reason)


def test_whether_tiktok_has_days_yet_is_told_and_once_it_had_it_has() -> None:
    progress = Progress(account_id=ACCOUNT.account_id)
    said = []
    day: dict[str, object] = {"date": START.date().isoformat(), "video_views": 10}
    for hours, days in enumerate([None, [], [day], []]):
        now = START + 6 * hours * HOUR
        progress = progress if days is None else _profile(progress, now, days=days)
        progress = with_status(progress, ACCOUNT, rhythm=RHYTHM, now=now)
        said.append(progress.status.has_days if progress.status else "nothing")
    assert said == [None, False, True, True]
