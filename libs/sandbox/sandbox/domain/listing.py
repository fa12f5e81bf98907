"""GET /business/video/list/: the fields of a post, their latency and gates, and the pages (fact sheet A5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.domain import audience, counters, frontier, timeline
from sandbox.domain.answers import PARAM_ERROR, PERMISSION_ERROR, ApiError, Switches
from sandbox.domain.assets import Assets
from sandbox.domain.character import Account
from sandbox.domain.counters import Counters
from sandbox.domain.frontier import Group
from sandbox.domain.gates import Gate
from sandbox.domain.posts import Post
from sandbox.domain.wire import Json
from sandbox.domain.world import World

MAX_COUNT = 20
DEFAULT_COUNT = 10
ITEM_ID = "item_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    fields: tuple[str, ...]
    video_ids: tuple[str, ...] | None
    ad_post_only: bool
    cursor: int
    """Epoch in milliseconds; only posts published before it."""
    max_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A post as the API sees it: its counters as of the refresh the field belongs to."""

    account: Account
    post: Post
    counters: Counters


@dataclass(frozen=True, slots=True)
class Identity:
    """Known at once."""

    name: str
    value: Callable[[Account, Post], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Known 24-48 h late, as of the group's last refresh."""

    name: str
    group: Group
    value: Callable[[Shown], Json]
    gate: Gate = Gate.ANY
    pauses: bool = False
    """Goes missing while the post is idle (the 7-day hole)."""
    video_only: bool = False

    @property
    def scope(self) -> str:
        return _SCOPE_OF_GROUP[self.group]


_SCOPE_OF_GROUP = {Group.COUNTERS: "video.list", Group.INSIGHTS: "video.insights"}


def _average_watched(shown: Shown) -> Json:
    figures = shown.counters
    return round(figures.watched_ms / 1000 / figures.views, 2) if figures.views else 0.0


def _watched_rate(shown: Shown) -> Json:
    figures = shown.counters
    return round(figures.completed / figures.views, 4) if figures.views else 0.0


def _share_url(account: Account, post: Post) -> Json:
    kind = "photo" if post.is_photo else "video"
    return f"https://www.tiktok.com/@{account.character.username}/{kind}/{post.item_id}?utm_campaign=tt4d_open_api"


IDENTITY = (
    Identity(ITEM_ID, lambda _, post: post.item_id),
    Identity("create_time", lambda _, post: str(post.published // timeline.SECOND)),
    Identity("media_type", lambda _, post: "PHOTO" if post.is_photo else "VIDEO"),
    Identity("is_ad", lambda _, post: post.is_ad),
    Identity("share_url", _share_url),
    Identity("embed_url", lambda _, post: f"https://www.tiktok.com/player/v1/{post.item_id}"),
    Identity("caption", lambda _, post: post.caption),
)
THUMBNAIL = "thumbnail_url"
IDENTITY_SCOPE = "video.list"


def _clicked(share: float) -> Callable[[Shown], Json]:
    return lambda shown: int(shown.counters.clicks * share)


def _counter(name: str, value: Callable[[Shown], Json], *, pauses: bool = False) -> Measured:
    return Measured(name=name, group=Group.COUNTERS, value=value, pauses=pauses)


def _insight(
    name: str, value: Callable[[Shown], Json], *, pauses: bool = False, video_only: bool = False, gate: Gate = Gate.ANY
) -> Measured:
    return Measured(name=name, group=Group.INSIGHTS, value=value, pauses=pauses, video_only=video_only, gate=gate)


MEASURED = (
    Measured(name="video_duration", group=Group.COUNTERS, value=lambda shown: shown.post.duration, video_only=True),
    _counter("likes", lambda shown: shown.counters.likes),
    _counter("comments", lambda shown: shown.counters.comments),
    _counter("shares", lambda shown: shown.counters.shares),
    _counter("favorites", lambda shown: shown.counters.favorites),
    _counter("video_views", lambda shown: shown.counters.views),
    _counter("reach", lambda shown: shown.counters.reach, pauses=True),
    _insight("total_time_watched", lambda shown: shown.counters.watched_ms / 1000, pauses=True, video_only=True),
    _insight("average_time_watched", _average_watched, pauses=True, video_only=True),
    _insight("full_video_watched_rate", _watched_rate, pauses=True, video_only=True),
    _insight("new_followers", lambda shown: shown.counters.new_followers),
    _insight("profile_views", lambda shown: shown.counters.profile_views, gate=Gate.BUSINESS),
    _insight("website_clicks", _clicked(0.5), gate=Gate.REGISTERED),
    _insight("phone_number_clicks", _clicked(0.08), gate=Gate.REGISTERED),
    _insight("lead_submissions", _clicked(0.05), gate=Gate.REGISTERED),
    _insight("app_download_clicks", _clicked(0.02), gate=Gate.REGISTERED),
    _insight("email_clicks", _clicked(0.10), gate=Gate.REGISTERED),
    _insight("address_clicks", _clicked(0.15), gate=Gate.REGISTERED),
    _insight("video_view_retention", lambda shown: audience.retention(shown.post), video_only=True),
    _insight("engagement_likes", lambda shown: audience.likes_over_video(shown.account, shown.post), video_only=True),
    _insight("impression_sources", lambda shown: audience.impression_sources(shown.account, shown.post), pauses=True),
    _insight("audience_genders", lambda shown: audience.post_genders(shown.account, shown.post)),
    _insight("audience_countries", lambda shown: audience.post_countries(shown.account, shown.post), pauses=True),
    _insight("audience_cities", lambda shown: audience.post_cities(shown.account, shown.post)),
    _insight("audience_types", lambda shown: audience.post_viewer_types(shown.account, shown.post)),
)


FIELD_SCOPES = {
    **{field.name: IDENTITY_SCOPE for field in IDENTITY},
    THUMBNAIL: IDENTITY_SCOPE,
    **{field.name: field.scope for field in MEASURED},
}
ALL_FIELDS = tuple(FIELD_SCOPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a page is drawn from: whose posts, when, with which permissions."""

    world: World
    account: Account
    now: int
    assets: Assets
    scopes: frozenset[str]
    switches: Switches


def check(query: ListQuery, *, scopes: frozenset[str], switches: Switches) -> None:
    """Raise ApiError for what TikTok refuses."""
    if IDENTITY_SCOPE not in scopes:
        raise ApiError(
            PERMISSION_ERROR, f"no permission for the posts of this account; {IDENTITY_SCOPE} was not granted"
        )
    if ITEM_ID not in query.fields:
        raise ApiError(PARAM_ERROR, "fields: must contain item_id")
    if query.ad_post_only and query.video_ids is None:
        raise ApiError(PARAM_ERROR, "filters: ad_post_only can only be used together with video_ids")
    refused = [name for name in query.fields if FIELD_SCOPES[name] not in scopes]
    if refused and switches.missing_scope == "error":
        raise ApiError(PERMISSION_ERROR, f"fields: no permission for {', '.join(refused)}; its scope was not granted")


def page(listing: Listing, query: ListQuery) -> Json:
    """`data` of the answer: newest first, published before the cursor.

    Refused posts take their place in the page and are then left out, so a page may be short, or empty, before the end.
    """
    candidates = [post for post in _candidates(listing, query) if post.published < query.cursor]
    chosen = candidates[: query.max_count]
    asked = frozenset(query.fields)
    return {
        "videos": [item(listing, post, asked) for post in chosen if not post.filtered],
        "cursor": chosen[-1].published if chosen else query.cursor,
        "has_more": len(candidates) > len(chosen),
    }


def item(listing: Listing, post: Post, asked: frozenset[str]) -> dict[str, Json]:
    """One post with those of the fields `asked` that were granted."""
    row: dict[str, Json] = {field.name: field.value(listing.account, post) for field in IDENTITY if field.name in asked}
    if THUMBNAIL in asked:
        row[THUMBNAIL] = listing.assets.address("thumbnail", post.item_id, listing.now)
    for group, scope in _SCOPE_OF_GROUP.items():
        fields = [field for field in MEASURED if field.group is group and field.name in asked]
        if fields and scope in listing.scopes:
            row.update(_measured(listing, post, group, fields))
    return row


def _candidates(listing: Listing, query: ListQuery) -> Sequence[Post]:
    now = listing.now
    if query.video_ids is None:
        alive = listing.world.posts_alive(listing.account, since=now, until=now + 1)
        return [post for post in alive if not post.is_hidden(now)]
    found = (listing.world.post(listing.account, item_id) for item_id in dict.fromkeys(query.video_ids))
    named = [post for post in found if post and post.is_listed(now) and (post.is_ad or not query.ad_post_only)]
    return sorted(named, key=lambda post: post.published, reverse=True)


def _measured(listing: Listing, post: Post, group: Group, fields: Sequence[Measured]) -> dict[str, Json]:
    values = _values(listing, post, group, fields)
    if listing.switches.missing_value == "null":
        return values
    return {name: value for name, value in values.items() if value is not None}


def _values(listing: Listing, post: Post, group: Group, fields: Sequence[Measured]) -> dict[str, Json]:
    account = listing.account
    refreshed = frontier.refreshed_at(account, post, group, listing.now)
    if refreshed is None:
        return {field.name: None for field in fields}
    shown = Shown(account=account, post=post, counters=counters.counters(account, post, refreshed))
    idle = frontier.is_idle(account, post, refreshed)
    return {field.name: field.value(shown) if _is_given(field, shown, idle=idle) else None for field in fields}


def _is_given(field: Measured, shown: Shown, *, idle: bool) -> bool:
    if (field.pauses and idle) or (field.video_only and shown.post.is_photo):
        return False
    return field.gate.admits(shown.account.character.kind)
