"""The Sample Account: its figures follow from the day, hold together, and are in nobody's totals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.catalog import Grain, Kind, catalog
from common.events import (
    SAMPLE_ACCOUNT_ID,
    SAMPLE_WORKSPACE_ID,
    AccountV1,
    Event,
    PostLifecycleV1,
    PostSnapshotV1,
    ProfileSnapshotV1,
    decode,
    encode,
    header,
)
from query_api.domain.errors import BadInput
from query_api.domain.sample import VERSION, sample_account, untold, workspace_asked
from query_api.domain.sample_days import followers_at_end, values_of_day
from query_api.domain.sample_events import HISTORY, events_of, newest_day
from query_api.domain.sample_posts import LIFE, post_of, values_of
from query_api.ports.sample import Told
from query_api.use_cases.telling_sample import TellingSample

from .dashboards import Manager, managing, widget
from .system import NOW, Tenant, march, until

NewTenant = Callable[[], Tenant]
DAY = date(2026, 3, 10)
SAMPLE, OTHER = str(SAMPLE_ACCOUNT_ID), str(uuid4())
days = st.dates(date(2024, 1, 1), date(2035, 12, 31))


def numbers(values: dict[str, object]) -> dict[str, int]:
    return {name: value for name, value in values.items() if isinstance(value, int)}


@settings(max_examples=6, deadline=None)
@given(days)
def test_a_days_events_are_the_same_whenever_they_are_made(day: date) -> None:
    def told() -> list[tuple[str | None, bytes | None]]:
        messages = [encode(event, service="query-api") for event in events_of(day)]
        return [(header(message.headers, "ce_id"), message.value) for message in messages]

    values_of_day.cache_clear()
    once = told()
    values_of_day.cache_clear()
    post_of.cache_clear()
    assert told() == once
    assert len({name for name, _ in once}) == len(once)


@settings(max_examples=6, deadline=None)
@given(days)
def test_events_hold_to_their_contracts_and_give_every_field(day: date) -> None:
    for event in events_of(day):
        again = decode(type(event), encode(event, service="query-api").value, strict=False)
        assert again == event
        assert isinstance(event, PostSnapshotV1 | ProfileSnapshotV1 | PostLifecycleV1)
        assert (event.workspace_id, event.account_id) == (SAMPLE_WORKSPACE_ID, SAMPLE_ACCOUNT_ID)
        assert event.observed_at.date() == day
    profile, *posts = [one for one in events_of(day) if isinstance(one, PostSnapshotV1 | ProfileSnapshotV1)]
    assert isinstance(profile, ProfileSnapshotV1)
    assert set(profile.profile) == _fields(Grain.PROFILE)
    assert all(set(one.values) == _fields(Grain.PROFILE_DAY) for one in profile.days)
    assert [one.date for one in profile.days] == [day - timedelta(days=back) for back in (4, 3, 2)]
    assert all(isinstance(post, PostSnapshotV1) and set(post.values) == _fields(Grain.POST) for post in posts)


def _fields(grain: Grain) -> set[str]:
    return {one.name for one in catalog().fields_of(grain)}


@settings(max_examples=15, deadline=None)
@given(days)
def test_what_the_posts_gained_is_what_the_day_brought(day: date) -> None:
    start = datetime.combine(day, time(), UTC)
    posts = [post for back in range(LIFE.days) if (post := post_of(day - timedelta(days=back)))]
    before = [numbers(values_of(post, start, with_lists=False)) for post in posts]
    after = [numbers(values_of(post, start + timedelta(days=1), with_lists=False)) for post in posts]
    told = numbers(values_of_day(day))
    for name in ("video_views", "likes", "comments", "shares"):
        assert told[name] == sum(late[name] - early[name] for early, late in zip(before, after, strict=True))
    assert told["daily_new_followers"] - told["daily_lost_followers"] == told["daily_total_followers"]
    assert told["followers_count"] - followers_at_end(day - timedelta(days=1)) == told["daily_total_followers"]
    assert told["unique_video_views"] <= told["video_views"]
    assert all(value >= 0 for name, value in told.items() if name != "daily_total_followers")


@settings(max_examples=40, deadline=None)
@given(days, st.integers(1, 399))
def test_a_posts_counters_never_shrink_and_hold_together(day: date, age: int) -> None:
    post = post_of(day)
    if post is None:
        return
    early = values_of(post, datetime.combine(day + timedelta(days=age), time(6), UTC), with_lists=True)
    late = values_of(post, datetime.combine(day + timedelta(days=age + 1), time(6), UTC), with_lists=True)
    counters = [one.name for one in catalog().fields_of(Grain.POST) if one.minimum == 0 and not one.is_state]
    for name in counters:
        assert early[name] is None or early[name] <= late[name], name  # type: ignore[operator]
    assert numbers(late)["reach"] <= numbers(late)["video_views"]
    for one in catalog().fields_of(Grain.POST):
        if one.kind is Kind.BREAKDOWN and isinstance(items := late[one.name], list) and one.name != "audience_types":
            given_shares = [item["percentage"] for item in items]
            assert all(0 <= share <= 1 for share in given_shares)
            assert sum(given_shares) <= 1.0001 or one.name == "video_view_retention"


def test_thirteen_months_have_about_120_posts_of_both_formats_with_ids_of_their_own() -> None:
    posts = [post for back in range(HISTORY.days) if (post := post_of(DAY - timedelta(days=back)))]
    assert 90 <= len(posts) <= 150
    assert len({post.post_id for post in posts}) == len(posts)
    assert {post.is_photo for post in posts} == {True, False}
    assert all(len(post.post_id) == 19 for post in posts)


def test_the_sample_stands_alone_or_not_at_all() -> None:
    own = uuid4()
    assert workspace_asked(None, own) == own
    assert workspace_asked((), own) == own
    assert workspace_asked((OTHER,), own) == own
    assert workspace_asked((SAMPLE,), own) == SAMPLE_WORKSPACE_ID
    assert workspace_asked((SAMPLE.upper(),), own) == SAMPLE_WORKSPACE_ID
    assert workspace_asked((SAMPLE, SAMPLE), own) == SAMPLE_WORKSPACE_ID
    for mixed in ((SAMPLE, OTHER), (OTHER, SAMPLE.upper()), (SAMPLE, "")):
        with pytest.raises(BadInput, match="made up"):
            workspace_asked(mixed, own)


def test_what_is_missing_is_told_and_no_more() -> None:
    span = timedelta(days=3)
    assert untold(None, DAY, history=span) == [DAY - timedelta(days=back) for back in (3, 2, 1, 0)]
    assert untold(DAY - timedelta(days=1), DAY, history=span) == [DAY]
    assert untold(DAY, DAY, history=span) == []
    assert untold(DAY + timedelta(days=5), DAY, history=span) == []
    assert untold(DAY - timedelta(days=900), DAY, history=span)[0] == DAY - span
    assert newest_day(datetime.combine(DAY, time(5, 59), UTC)) == DAY - timedelta(days=1)
    assert newest_day(datetime.combine(DAY, time(6), UTC)) == DAY


@dataclass
class Progress:
    """One document, and whose turn it is."""

    state: Told | None = None
    holder: str = ""
    until: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    async def told(self) -> Told | None:
        return self.state

    async def take_turn(self, holder: str, *, at: datetime, until: datetime) -> bool:
        if holder != self.holder and at < self.until:
            return False
        self.holder, self.until = holder, until
        return True

    async def keep(self, holder: str, told: Told) -> bool:
        if holder == self.holder:
            self.state = told
        return holder == self.holder


@dataclass
class Heard:
    """Events as they come; `taken_over` is called after that many calls."""

    events: list[Event] = field(default_factory=list)
    calls: int = 0
    after: int = 0
    taken_over: Callable[[], None] | None = None

    async def publish(self, events: Sequence[Event]) -> None:
        self.events += events
        self.calls += 1
        if self.taken_over and self.calls == self.after:
            self.taken_over()

    @property
    def observed(self) -> list[date]:
        return [event.observed_at.date() for event in self.events if isinstance(event, ProfileSnapshotV1)]


@dataclass
class Hands:
    moment: datetime = NOW
    NEXT: ClassVar[timedelta] = timedelta(days=1)

    def now(self) -> datetime:
        return self.moment


def telling(progress: Progress, clock: Hands, holder: str = "one") -> TellingSample:
    return TellingSample(progress=progress, clock=clock, wall=clock, holder=holder)


async def test_the_first_time_thirteen_months_are_told_then_each_day_once() -> None:
    progress, clock, heard = Progress(), Hands(), Heard()
    teller = telling(progress, clock)
    assert await teller.is_due()
    await teller.tell(heard)
    assert heard.observed == [DAY - timedelta(days=back) for back in range(HISTORY.days, -1, -1)]
    account = heard.events[0]
    assert isinstance(account, AccountV1)
    assert account == sample_account(DAY - HISTORY - timedelta(days=4))
    assert progress.state == Told(version=VERSION, first=DAY - HISTORY, through=DAY)
    assert not await teller.is_due()
    clock.moment += Hands.NEXT
    later = Heard()
    assert await teller.is_due()
    await teller.tell(later)
    assert later.observed == [DAY + timedelta(days=1)]
    assert later.events[0] == account, "a later day leaves the account as it was told first"


async def test_one_replica_tells_and_another_goes_on_when_it_died() -> None:
    progress, clock = Progress(), Hands()
    dying, other = telling(progress, clock, "dying"), telling(progress, clock, "other")
    assert await dying.is_due()
    assert not await other.is_due()

    def away() -> None:
        clock.moment += timedelta(minutes=10)
        progress.holder, progress.until = "other", clock.moment + timedelta(minutes=2)

    before = Heard(after=101, taken_over=away)
    await dying.tell(before)
    assert len(before.observed) == 100
    assert progress.state is not None
    assert progress.state.through == before.observed[-2], "what was told while the turn was lost is told again"
    rest = Heard()
    await other.tell(rest)
    assert sorted({*before.observed, *rest.observed}) == [
        DAY - timedelta(days=back) for back in range(HISTORY.days, -1, -1)
    ]


async def test_a_new_version_tells_everything_anew() -> None:
    progress, clock, heard = Progress(Told(version=VERSION - 1, first=DAY, through=DAY)), Hands(), Heard()
    teller = telling(progress, clock)
    assert await teller.is_due()
    await teller.tell(heard)
    assert len(heard.observed) == HISTORY.days + 1


@pytest.fixture
def sampled(new_tenant: NewTenant) -> Manager:
    """A workspace with 7 views of its own, while the sample is there with 1000."""
    manager = managing(new_tenant())
    tenant = manager.tenant
    tenant.platform.publish(sample_account(march(-60)))
    sample = Tenant(platform=tenant.platform, url=tenant.url, workspace_id=SAMPLE_WORKSPACE_ID)
    sample.days(SAMPLE_ACCOUNT_ID, {march(1): {"video_views": 1000}})
    own = tenant.connect()
    tenant.days(own, {march(1): {"video_views": 7}})
    tenant.until_accounts(1)
    until(lambda: manager.get("/v1/accounts")["sample"] is not None)
    return manager


RANGE = {"from": "2026-03-01", "to": "2026-03-02"}


def test_the_sample_is_listed_apart_and_is_in_no_total(sampled: Manager) -> None:
    listed = sampled.get("/v1/accounts")
    own = listed["accounts"][0]["account_id"]
    assert (listed["sample"]["account_id"], listed["sample"]["display_name"]) == (SAMPLE, "Sample Account")
    assert SAMPLE not in str(listed["accounts"])
    answers = {
        asked: sampled.send("GET", "/v1/widgets/video_views", **RANGE, **({"accounts": asked} if asked else {}))
        for asked in ("", own, SAMPLE, f"{own},{SAMPLE}")
    }
    assert answers[""].json()["totals"] == answers[own].json()["totals"] == {"video_views": 7}
    assert answers[SAMPLE].json()["totals"] == {"video_views": 1000}
    assert (answers[SAMPLE].json()["meta"]["sample"], answers[own].json()["meta"]["sample"]) == (True, False)
    assert answers[SAMPLE].json()["meta"]["coverage"] == []
    mixed = answers[f"{own},{SAMPLE}"]
    assert (mixed.status_code, mixed.json()["errors"][0]["parameter"]) == (422, "accounts")
    assert "made up" in mixed.json()["detail"]
    table = sampled.send("GET", "/v1/widgets/video_views", **RANGE, accounts=SAMPLE, format="csv")
    assert table.text.splitlines()[1].endswith(",1000")


def test_who_reads_some_accounts_may_look_at_the_sample_too(sampled: Manager) -> None:
    limited = managing(sampled.tenant, accounts=[], revision=2)
    until(lambda: limited.get("/v1/accounts")["accounts"] == [])
    assert limited.get("/v1/accounts")["sample"]["account_id"] == SAMPLE
    seen = limited.send("GET", "/v1/widgets/video_views", **RANGE, accounts=SAMPLE)
    assert seen.json()["totals"] == {"video_views": 1000}


def test_a_dashboard_may_be_about_the_sample_and_be_shared(sampled: Manager) -> None:
    own = sampled.get("/v1/accounts")["accounts"][0]["account_id"]
    mixed = sampled.send("POST", "/v1/dashboards", {"name": "x", "filters": {"accounts": [own, SAMPLE]}})
    assert (mixed.status_code, mixed.json()["errors"][0]["parameter"]) == (422, "filters.accounts")
    made = sampled.dashboard(widget(), filters={**RANGE, "accounts": [SAMPLE]})
    share = sampled.shared(made)
    shown = sampled.opened(share).json()
    assert [one["display_name"] for one in shown["accounts"]] == ["Sample Account"]
    figures = sampled.opened(share, f"/widgets/{made['widgets'][0]['widget_id']}").json()
    assert (figures["totals"], figures["meta"]["sample"]) == ({"video_views": 1000}, True)
