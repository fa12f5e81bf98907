"""What a test of a connection tries: one small question to TikTok for each kind of figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PROFILE_PATH, POSTS_PATH = "business/get/", "business/video/list/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """`scope` is the permission it needs."""

    name: str
    what: str
    scope: str
    path: str
    fields: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)


PROBES = (
    Probe(name="profile", what="the profile", scope="user.info.basic", path=PROFILE_PATH, fields=("display_name",)),
    Probe(
        name="daily_figures",
        what="the daily figures",
        scope="user.insights",
        path=PROFILE_PATH,
        fields=("video_views",),
    ),
    Probe(
        name="posts",
        what="the posts",
        scope="video.list",
        path=POSTS_PATH,
        fields=("item_id",),
        parameters={"max_count": "1"},
    ),
    Probe(
        name="post_insights",
        what="the insights of posts",
        scope="video.insights",
        path=POSTS_PATH,
        fields=("item_id", "full_video_watched_rate"),
        parameters={"max_count": "1"},
    ),
)
