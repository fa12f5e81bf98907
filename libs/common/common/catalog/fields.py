"""Every field of TikTok's Accounts API that we ask for (v1.3: `/business/get/` and `/business/video/list/`)."""

from collections.abc import Mapping

from common.catalog.model import Field, Gate, Grain, Kind

_BASIC, _USERNAME, _PROFILE = "user.info.basic", "user.info.username", "user.info.profile"
_STATS, _TYPE, _INSIGHTS = "user.info.stats", "user.account.type", "user.insights"
_LIST, _VIDEO = "video.list", "video.insights"

# TikTok's figures of a day or a post come 24 to 48 hours later.
_LATE = 48


def _profile(name: str, kind: Kind, scope: str, *, gate: Gate = Gate.NONE, latency: int = 0) -> Field:
    minimum = 0 if kind is Kind.INTEGER else None
    return Field(
        name=name, grain=Grain.PROFILE, kind=kind, scope=scope, gate=gate, latency_hours=latency, minimum=minimum
    )


def _audience(name: str, label: str) -> Field:
    return Field(
        name=name,
        grain=Grain.PROFILE,
        kind=Kind.BREAKDOWN,
        scope=_INSIGHTS,
        gate=Gate.HUNDRED_FOLLOWERS,
        latency_hours=_LATE,
        parts=((label, Kind.TEXT), ("percentage", Kind.NUMBER)),
    )


def _daily(name: str, gate: Gate = Gate.NONE, *, signed: bool = False) -> Field:
    return Field(
        name=name,
        grain=Grain.PROFILE_DAY,
        kind=Kind.INTEGER,
        scope=_INSIGHTS,
        gate=gate,
        latency_hours=_LATE,
        minimum=None if signed else 0,
    )


def _post(name: str, kind: Kind, *, scope: str = _LIST, latency: int = 0, maximum: float | None = None) -> Field:
    return Field(name=name, grain=Grain.POST, kind=kind, scope=scope, latency_hours=latency, maximum=maximum)


def _counter(
    name: str,
    *,
    scope: str = _LIST,
    gate: Gate = Gate.NONE,
    kind: Kind = Kind.INTEGER,
    pauses: bool = False,
    is_state: bool = False,
    maximum: float | None = None,
) -> Field:
    return Field(
        name=name,
        grain=Grain.POST,
        kind=kind,
        scope=scope,
        gate=gate,
        latency_hours=_LATE,
        pauses=pauses,
        is_state=is_state,
        minimum=0,
        maximum=maximum,
    )


def _breakdown(name: str, label: str, *, pauses: bool = False) -> Field:
    return Field(
        name=name,
        grain=Grain.POST,
        kind=Kind.BREAKDOWN,
        scope=_VIDEO,
        latency_hours=_LATE,
        pauses=pauses,
        parts=((label, Kind.TEXT), ("percentage", Kind.NUMBER)),
    )


PROFILE_FIELDS = (
    _profile("is_business_account", Kind.FLAG, _TYPE),
    _profile("profile_image", Kind.TEXT, _BASIC),
    _profile("username", Kind.TEXT, _USERNAME),
    _profile("profile_deep_link", Kind.TEXT, _PROFILE),
    _profile("display_name", Kind.TEXT, _BASIC),
    _profile("bio_description", Kind.TEXT, _PROFILE),
    _profile("is_verified", Kind.FLAG, _PROFILE),
    _profile("following_count", Kind.INTEGER, _STATS),
    _profile("followers_count", Kind.INTEGER, _STATS),
    _profile("total_likes", Kind.INTEGER, _STATS),
    _profile("videos_count", Kind.INTEGER, _STATS),
    _audience("audience_ages", "age"),
    _audience("audience_genders", "gender"),
    _audience("audience_countries", "country"),
    _audience("audience_cities", "city_name"),
)

# `followers_count` and `daily_total_followers`: one is the total, the other the net change, and TikTok's papers and
# its answers disagree which. Both are kept raw; the rollup decides per account.
PROFILE_DAY_FIELDS = (
    _daily("video_views"),
    _daily("unique_video_views", Gate.BUSINESS),
    _daily("profile_views"),
    _daily("likes"),
    _daily("comments"),
    _daily("shares"),
    _daily("followers_count", signed=True),
    _daily("daily_total_followers", Gate.BUSINESS, signed=True),
    _daily("daily_new_followers", Gate.BUSINESS),
    _daily("daily_lost_followers", Gate.BUSINESS),
    _daily("engaged_audience", Gate.BUSINESS),
    _daily("phone_number_clicks", Gate.REGISTERED_BUSINESS),
    _daily("lead_submissions", Gate.REGISTERED_BUSINESS),
    _daily("app_download_clicks", Gate.REGISTERED_BUSINESS),
    _daily("bio_link_clicks", Gate.REGISTERED_BUSINESS),
    _daily("email_clicks", Gate.REGISTERED_BUSINESS),
    _daily("address_clicks", Gate.REGISTERED_BUSINESS),
    Field(
        name="audience_activity",
        grain=Grain.PROFILE_DAY,
        kind=Kind.BREAKDOWN,
        scope=_INSIGHTS,
        gate=Gate.HUNDRED_FOLLOWERS,
        latency_hours=_LATE,
        parts=(("hour", Kind.TEXT), ("count", Kind.INTEGER)),
    ),
)

POST_FIELDS = (
    _post("item_id", Kind.TEXT),
    _post("media_type", Kind.TEXT),
    _post("is_ad", Kind.FLAG),
    _post("thumbnail_url", Kind.TEXT),
    _post("share_url", Kind.TEXT),
    _post("embed_url", Kind.TEXT),
    _post("caption", Kind.TEXT),
    _post("create_time", Kind.EPOCH_SECONDS),
    _counter("video_duration", kind=Kind.NUMBER, is_state=True),
    _counter("likes"),
    _counter("comments"),
    _counter("shares"),
    _counter("favorites"),
    _counter("reach", pauses=True),
    _counter("video_views"),
    _counter("total_time_watched", scope=_VIDEO, kind=Kind.NUMBER, pauses=True),
    _counter("average_time_watched", scope=_VIDEO, kind=Kind.NUMBER, pauses=True, is_state=True),
    _counter("full_video_watched_rate", scope=_VIDEO, kind=Kind.NUMBER, pauses=True, is_state=True, maximum=1),
    _counter("new_followers", scope=_VIDEO),
    _counter("profile_views", scope=_VIDEO, gate=Gate.BUSINESS),
    _counter("website_clicks", scope=_VIDEO, gate=Gate.REGISTERED_BUSINESS),
    _counter("phone_number_clicks", scope=_VIDEO, gate=Gate.REGISTERED_BUSINESS),
    _counter("lead_submissions", scope=_VIDEO, gate=Gate.REGISTERED_BUSINESS),
    _counter("app_download_clicks", scope=_VIDEO, gate=Gate.REGISTERED_BUSINESS),
    _counter("email_clicks", scope=_VIDEO, gate=Gate.REGISTERED_BUSINESS),
    _counter("address_clicks", scope=_VIDEO, gate=Gate.REGISTERED_BUSINESS),
    _breakdown("video_view_retention", "second"),
    _breakdown("engagement_likes", "second"),
    _breakdown("impression_sources", "impression_source", pauses=True),
    _breakdown("audience_genders", "gender"),
    _breakdown("audience_countries", "country", pauses=True),
    _breakdown("audience_cities", "city_name"),
    _breakdown("audience_types", "type"),
)

FIELDS = (*PROFILE_FIELDS, *PROFILE_DAY_FIELDS, *POST_FIELDS)

# Columns that a rollup works out, and the fields they come from.
DERIVED: Mapping[Grain, Mapping[str, tuple[str, ...]]] = {
    Grain.PROFILE: {},
    Grain.PROFILE_DAY: {
        "followers": ("followers_count", "daily_total_followers"),
        "net_followers": (
            "daily_new_followers",
            "daily_lost_followers",
            "followers_count",
            "daily_total_followers",
        ),
    },
    Grain.POST: {},
}

# The scopes that bring all of the above; what is not granted is lost and named.
SCOPES = tuple(sorted({field.scope for field in FIELDS}))
