"""GET /business/get/: the fields of a profile, their scopes and gates, and the answer at a moment (fact sheet A4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.domain import audience, counters, followers, frontier, timeline
from sandbox.domain.answers import PARAM_ERROR, PERMISSION_ERROR, ApiError, Switches
from sandbox.domain.assets import Assets
from sandbox.domain.character import Account, FollowerSeries, Kind
from sandbox.domain.frontier import Group
from sandbox.domain.gates import AUDIENCE_FOLLOWERS, Gate
from sandbox.domain.wire import Json
from sandbox.domain.world import CLICKS, ProfileDay, World

LOOK_BACK_DAYS = 60
DEFAULT_FIELDS = ("display_name", "profile_image")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileQuery:
    fields: tuple[str, ...]
    first_day: int
    last_day: int
    """Both inclusive, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the answer is computed from: who, when, and where pictures are served."""

    world: World
    account: Account
    now: int
    assets: Assets


@dataclass(frozen=True, slots=True)
class RealTime:
    name: str
    scope: str
    value: Callable[[Moment], Json]


@dataclass(frozen=True, slots=True)
class Daily:
    name: str
    group: Group
    gate: Gate
    value: Callable[[Account, ProfileDay], Json]


@dataclass(frozen=True, slots=True)
class Snapshot:
    name: str
    value: Callable[[Account, int], Json]


def _avatar(at: Moment) -> Json:
    return at.assets.address("avatar", at.account.open_id, at.now)


def _total_likes(at: Moment) -> Json:
    listed = at.world.listed(at.account, at.now)
    return sum(counters.net_likes(at.account, post, at.now) for post in listed)


def _running_total(account: Account, day: ProfileDay) -> Json:
    return day.followers.total


def _net(account: Account, day: ProfileDay) -> Json:
    return day.followers.new - day.followers.lost


def _followers_count(account: Account, day: ProfileDay) -> Json:
    swapped = account.character.follower_series is FollowerSeries.SWAPPED
    return (_net if swapped else _running_total)(account, day)


def _daily_total_followers(account: Account, day: ProfileDay) -> Json:
    swapped = account.character.follower_series is FollowerSeries.SWAPPED
    return (_running_total if swapped else _net)(account, day)


def _activity(account: Account, day: ProfileDay) -> Json:
    if day.followers.total < AUDIENCE_FOLLOWERS:
        return None
    return audience.activity(account, day.day, day.followers.total)


def _click(index: int) -> Callable[[Account, ProfileDay], Json]:
    return lambda _, day: day.clicks[index]


REAL_TIME = (
    RealTime("is_business_account", "user.account.type", lambda at: at.account.is_business),
    RealTime("profile_image", "user.info.basic", _avatar),
    RealTime("username", "user.info.username", lambda at: at.account.character.username),
    RealTime("profile_deep_link", "user.info.profile", lambda at: f"https://vm.tiktok.com/{at.account.open_id[-9:]}/"),
    RealTime("display_name", "user.info.basic", lambda at: at.account.character.display_name),
    RealTime("bio_description", "user.info.profile", lambda at: at.account.character.bio),
    RealTime("is_verified", "user.info.profile", lambda at: at.account.character.verified),
    RealTime("following_count", "user.info.stats", lambda at: 40 + at.account.character.follower_ceiling % 57),
    RealTime("followers_count", "user.info.stats", lambda at: followers.total_now(at.account, at.now)),
    RealTime("total_likes", "user.info.stats", _total_likes),
    RealTime("videos_count", "user.info.stats", lambda at: len(at.world.listed(at.account, at.now))),
)

DAILY = (
    Daily("video_views", Group.VIEWS, Gate.ANY, lambda _, day: day.video_views),
    Daily("unique_video_views", Group.VIEWS, Gate.BUSINESS, lambda _, day: day.unique_video_views),
    Daily("profile_views", Group.VIEWS, Gate.ANY, lambda _, day: day.profile_views),
    Daily("likes", Group.INTERACTIONS, Gate.ANY, lambda _, day: day.likes),
    Daily("comments", Group.INTERACTIONS, Gate.ANY, lambda _, day: day.comments),
    Daily("shares", Group.INTERACTIONS, Gate.ANY, lambda _, day: day.shares),
    Daily("engaged_audience", Group.INTERACTIONS, Gate.BUSINESS, lambda _, day: day.engaged_audience),
    Daily("followers_count", Group.FOLLOWERS, Gate.ANY, _followers_count),
    Daily("daily_total_followers", Group.FOLLOWERS, Gate.BUSINESS, _daily_total_followers),
    Daily("daily_new_followers", Group.FOLLOWERS, Gate.BUSINESS, lambda _, day: day.followers.new),
    Daily("daily_lost_followers", Group.FOLLOWERS, Gate.BUSINESS, lambda _, day: day.followers.lost),
    *(Daily(name, Group.CLICKS, Gate.REGISTERED, _click(index)) for index, name in enumerate(CLICKS)),
    Daily("lead_submissions", Group.CLICKS, Gate.REGISTERED, lambda _, day: day.clicks[0] // 9),
    Daily("audience_activity", Group.ACTIVITY, Gate.BUSINESS, _activity),
)

SNAPSHOTS = (
    Snapshot("audience_ages", audience.ages),
    Snapshot("audience_genders", audience.genders),
    Snapshot("audience_countries", audience.countries),
    Snapshot("audience_cities", audience.cities),
)

INSIGHTS_SCOPE = "user.insights"
# `date` is always there; asking for it by name does no harm.
DATE = "date"


def _needed_scopes() -> Mapping[str, frozenset[str]]:
    """Per field, the scopes of which at least one is needed to see it somewhere in the answer."""
    needed: dict[str, frozenset[str]] = {field.name: frozenset({field.scope}) for field in REAL_TIME}
    for name in (*(field.name for field in DAILY), *(field.name for field in SNAPSHOTS)):
        needed[name] = needed.get(name, frozenset()) | {INSIGHTS_SCOPE}
    return {**needed, DATE: frozenset({INSIGHTS_SCOPE})}


FIELD_SCOPES = _needed_scopes()
ALL_FIELDS = tuple(name for name in FIELD_SCOPES if name != DATE)


def check(query: ProfileQuery, *, scopes: frozenset[str], today: int, switches: Switches) -> ProfileQuery:
    """`query` as TikTok would take it: refused (ApiError) or with its start moved up to the 60-day floor."""
    if query.first_day > query.last_day:
        raise ApiError(PARAM_ERROR, "start_date: must not be after end_date")
    floor = today - LOOK_BACK_DAYS
    if query.first_day < floor and switches.before_floor == "error":
        raise ApiError(PARAM_ERROR, f"start_date: must not be earlier than {timeline.iso_day(floor)} (60 days back)")
    refused = [name for name in query.fields if not FIELD_SCOPES[name] & scopes]
    if refused and switches.missing_scope == "error":
        raise ApiError(PERMISSION_ERROR, f"fields: no permission for {', '.join(refused)}; its scope was not granted")
    first = max(query.first_day, floor)
    return ProfileQuery(fields=query.fields, first_day=first, last_day=min(query.last_day, today))


def answer(at: Moment, query: ProfileQuery, *, scopes: frozenset[str], switches: Switches) -> Json:
    """`data` of the answer; `query` has passed `check`."""
    asked = frozenset(query.fields)
    data: dict[str, Json] = {
        field.name: field.value(at) for field in REAL_TIME if field.name in asked and field.scope in scopes
    }
    if INSIGHTS_SCOPE not in scopes:
        return data
    data.update(_snapshots(at, asked, switches))
    daily = [field for field in DAILY if field.name in asked]
    if daily:
        days = range(max(query.first_day, at.account.character.first_day), query.last_day + 1)
        data["metrics"] = [item for day in days if (item := _day_item(at, daily, day, switches=switches))]
    return data


def _snapshots(at: Moment, asked: frozenset[str], switches: Switches) -> dict[str, Json]:
    day = frontier.newest_day(at.account, Group.AUDIENCE, at.now)
    enough = followers.total_at_end(at.account, day) >= AUDIENCE_FOLLOWERS
    values = {
        field.name: field.value(at.account, day) if enough else None for field in SNAPSHOTS if field.name in asked
    }
    return _given(values, switches)


def _day_item(at: Moment, fields: list[Daily], day: int, *, switches: Switches) -> dict[str, Json] | None:
    """One entry of `metrics`; None while nothing asked for has been worked out for that day."""
    if not frontier.day_is_released(at.account, day, at.now):
        return None
    ready = {
        group
        for group in {field.group for field in fields}
        if frontier.day_is_available(at.account, day, group, at.now)
    }
    if not ready:
        return None
    happened, kind = at.world.profile_day(at.account, day), at.account.character.kind
    counted = {group: happened.scaled(frontier.day_share(at.account, day, group, at.now)) for group in ready}
    values = {
        field.name: _daily_value(at.account, field, counted[field.group], kind) if field.group in ready else None
        for field in fields
    }
    given = _given(values, switches)
    return {DATE: timeline.iso_day(day), **given} if given else None


def _daily_value(account: Account, field: Daily, happened: ProfileDay, kind: Kind) -> Json:
    return field.value(account, happened) if field.gate.admits(kind) else None


def _given(values: dict[str, Json], switches: Switches) -> dict[str, Json]:
    if switches.missing_value == "null":
        return values
    return {name: value for name, value in values.items() if value is not None}
