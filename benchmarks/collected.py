"""What weeks of collecting bring: the sandbox's answers, read as the ingestor reads them, in the order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from common.catalog import SCOPES
from common.events import AccountChange, AccountStatus, AccountV1, PostSnapshotV1, ProfileSnapshotV1
from common.events.dead_letter import Record
from ingestor.domain.answers import Answered
from ingestor.domain.asking import FieldSet, PageAsk, ProfileAsk, post_fields, profile_fields
from ingestor.domain.plan import Rhythm
from ingestor.domain.progress import ListingKind
from ingestor.domain.reading import read_page, read_profile
from metrics_aggregator.domain.records import Account, Snapshot
from sandbox.domain import listing, profile, timeline, truth
from sandbox.domain.answers import Switches
from sandbox.domain.assets import Assets
from sandbox.domain.character import Account as TikTokAccount
from sandbox.domain.listing import Listing, ListQuery
from sandbox.domain.population import characters
from sandbox.domain.profile import Moment, ProfileQuery
from sandbox.domain.world import World

SEED = 4
START = datetime(2026, 3, 10, tzinfo=UTC)
WORKSPACE = UUID("0195f000-0000-7000-8000-000000000002")
RHYTHM = Rhythm()
_DAY = timedelta(days=1)
_ASSETS = Assets(SEED, "https://p16-sign.example")

_Event = PostSnapshotV1 | ProfileSnapshotV1


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """How many accounts are collected for how long, and how often a day. One listing a day is whole."""

    accounts: int
    days: int
    profiles_a_day: int
    listings_a_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Collected:
    """An account, on both sides."""

    there: TikTokAccount
    world: World
    here: AccountV1
    random: Random


def snapshots(collecting: Collecting) -> Iterator[Snapshot]:
    """All of all accounts, day by day, each day in the order of observation."""
    accounts = [_collected(world, number) for number, world in enumerate(_worlds(collecting.accounts))]
    for day in range(collecting.days):
        yield from sorted(
            (_written(event) for account in accounts for event in _day(account, START + day * _DAY, collecting)),
            key=lambda snapshot: snapshot.observed_at,
        )


def _worlds(count: int) -> Iterator[World]:
    """One each, so that what it remembers of an account is not pushed out by the others."""
    return (World(SEED, (character,)) for character in characters(SEED, count))


def _collected(world: World, number: int) -> _Collected:
    random, (there,) = Random(number), world.accounts
    here = AccountV1(
        workspace_id=WORKSPACE,
        account_id=UUID(int=random.getrandbits(128), version=4),
        change=AccountChange.CONNECTED,
        status=AccountStatus.CONNECTED,
        open_id=there.open_id,
        scopes=SCOPES,
        connected_at=START,
        changed_at=START,
        revision=1,
    )
    return _Collected(there=there, world=world, here=here, random=random)


def _written(event: _Event) -> Snapshot:
    """As bytes at once: read, the lists of a day of all accounts would fill the memory."""
    value = event.model_dump_json().encode()
    return Snapshot(
        record=Record(topic=event.topic.name, partition=0, offset=0, key=None, value=value, headers=()),
        value=value,
        account=Account(event.workspace_id, event.account_id),
        post_id=event.subject,
        observed_at=event.observed_at.isoformat(timespec="milliseconds"),
    )


def _day(account: _Collected, start: datetime, collecting: Collecting) -> Iterator[_Event]:
    for at in _moments(account, start, collecting.profiles_a_day):
        yield _profile(account, at)
    for number, at in enumerate(_moments(account, start, collecting.listings_a_day)):
        yield from _posts(account, at, ListingKind.HEAD if number else ListingKind.FULL)


def _moments(account: _Collected, start: datetime, times: int) -> Iterator[datetime]:
    """Evenly over the day, a few minutes early or late."""
    for number in range(times):
        yield start + _DAY * (number / times) + timedelta(milliseconds=account.random.randrange(1_200_000))


def _profile(account: _Collected, at: datetime) -> ProfileSnapshotV1:
    ask = ProfileAsk(
        open_id=account.there.open_id,
        field_set=_granted(profile_fields(SCOPES)),
        start=(at - timedelta(days=RHYTHM.look_back_days)).date(),
        end=at.date(),
    )
    query = ProfileQuery(
        fields=ask.field_set.fields, first_day=timeline.day_number(ask.start), last_day=timeline.day_number(ask.end)
    )
    moment = Moment(world=account.world, account=account.there, now=timeline.moment_of(at), assets=_ASSETS)
    data = profile.answer(moment, query, scopes=truth.ALL_SCOPES, switches=Switches())
    return read_profile(_answered(data, at), ask, account.here, recorded_at=_recorded(account, at)).snapshot


def _posts(account: _Collected, at: datetime, kind: ListingKind) -> Iterator[PostSnapshotV1]:
    """All pages, or the first, where every young post is."""
    cursor, recorded_at = None, _recorded(account, at)
    while True:
        ask = PageAsk(
            open_id=account.there.open_id,
            field_set=_granted(post_fields(SCOPES)),
            kind=kind,
            cursor=cursor,
            max_count=RHYTHM.page_size,
        )
        read = read_page(_answered(_page(account, ask, at), at), ask, account.here, recorded_at=recorded_at)
        yield from read.snapshots
        cursor = read.cursor
        if cursor is None or kind is ListingKind.HEAD:
            return


def _page(account: _Collected, ask: PageAsk, at: datetime) -> object:
    now = timeline.moment_of(at)
    shown = Listing(
        world=account.world,
        account=account.there,
        now=now,
        assets=_ASSETS,
        scopes=truth.ALL_SCOPES,
        switches=Switches(),
    )
    query = ListQuery(
        fields=ask.field_set.fields,
        video_ids=None,
        ad_post_only=False,
        cursor=now + 1 if ask.cursor is None else ask.cursor,
        max_count=ask.max_count,
    )
    return listing.page(shown, query)


def _answered(data: object, at: datetime) -> Answered:
    if not isinstance(data, dict):
        raise TypeError("the sandbox's answer is no object")
    return Answered(data=data, observed_at=at)


def _granted(fields: FieldSet | None) -> FieldSet:
    if fields is None:
        raise ValueError("no field is granted by all scopes together")
    return fields


def _recorded(account: _Collected, at: datetime) -> datetime:
    """Publishing takes a part of a second."""
    return at + timedelta(milliseconds=account.random.randint(80, 900))
