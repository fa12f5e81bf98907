"""The dimensions: what rows are told apart by, and the attributes they are shown with; and the pairs nobody can answer.

Days, weeks and months of an account's activity are UTC, as TikTok's are; hour and weekday of publishing are those of
the viewer's time zone.
"""

from common.catalog.model import Attribution, Dimension, Impossible, Kind

# Name of a band, and the seconds it ends before; the last has no end.
VIDEO_LENGTH_BANDS = (
    ("under 15 s", 15),
    ("15 to 30 s", 30),
    ("30 to 60 s", 60),
    ("1 to 3 min", 180),
    ("3 to 10 min", 600),
    ("10 min and longer", None),
)

DIMENSIONS = (
    Dimension(slug="day", name="Day (UTC)", kind=Kind.DATE, meaning="Of the activity, or of publishing."),
    Dimension(slug="week", name="Week", kind=Kind.DATE, meaning="By its first day; the workspace says which that is."),
    Dimension(slug="month", name="Month", kind=Kind.DATE, meaning="By its first day."),
    Dimension(slug="channel", name="Channel", kind=Kind.TEXT, meaning="The network; today always `tiktok`."),
    Dimension(slug="account_id", name="Account", kind=Kind.ID, meaning="A TikTok account as connected by a workspace."),
    Dimension(slug="post_id", name="Post", kind=Kind.TEXT, meaning="TikTok's own id of a post, as text."),
    Dimension(slug="published_at", name="Published", kind=Kind.TIMESTAMP, meaning="The moment of publishing, UTC."),
    Dimension(
        slug="hour", name="Hour", kind=Kind.INTEGER, meaning="Of publishing, 0 to 23, in the viewer's time zone."
    ),
    Dimension(
        slug="weekday",
        name="Weekday",
        kind=Kind.INTEGER,
        meaning="Of publishing, 1 (Monday) to 7, in the viewer's time zone.",
    ),
    Dimension(slug="format", name="Format", kind=Kind.TEXT, meaning="`video` or `photo`; a text post is a photo too."),
    Dimension(slug="caption", name="Caption", kind=Kind.TEXT, meaning="The post's text."),
    Dimension(slug="hashtag", name="Hashtag", kind=Kind.TEXT, meaning="A tag in the caption; a post may have several."),
    Dimension(
        slug="video_length_band",
        name="Video Length",
        kind=Kind.TEXT,
        meaning="The video's length, in bands of seconds.",
    ),
    Dimension(
        slug="label", name="Label", kind=Kind.ID, meaning="By its id. Given by the workspace; a post may have several."
    ),
    Dimension(slug="plan", name="Plan", kind=Kind.ID, meaning="By its id. A campaign the workspace put posts into."),
    Dimension(slug="share_url", name="Link", kind=Kind.TEXT, meaning="The post's address on TikTok."),
    Dimension(slug="thumbnail_url", name="Thumbnail", kind=Kind.TEXT, meaning="A picture's address; it expires."),
    Dimension(
        slug="country",
        name="Country",
        kind=Kind.TEXT,
        meaning="Of the audience, two letters (ISO 3166-1).",
        labels_of="audience_countries",
    ),
    Dimension(
        slug="city",
        name="City",
        kind=Kind.TEXT,
        meaning="Of the audience, as TikTok names it.",
        labels_of="audience_cities",
    ),
    Dimension(
        slug="gender",
        name="Gender",
        kind=Kind.TEXT,
        meaning="Of the audience: Female, Male or Other.",
        labels_of="audience_genders",
    ),
    Dimension(
        slug="age",
        name="Age",
        kind=Kind.TEXT,
        meaning="Of the audience, in TikTok's bands from 18-24 to 55+.",
        labels_of="audience_ages",
    ),
    Dimension(slug="traffic_source", name="Traffic Source", kind=Kind.TEXT, meaning="Where a view began: For You, …"),
    Dimension(
        slug="active_hour", name="Active Hour", kind=Kind.INTEGER, meaning="Of followers' activity, 0 to 23, UTC."
    ),
    Dimension(slug="second", name="Second", kind=Kind.INTEGER, meaning="Of the video."),
)

_DEMOGRAPHICS = ("country", "city", "gender", "age")
_TIMES = ("day", "week", "month")
_OF_A_POST = (
    "post_id",
    "published_at",
    "hour",
    "weekday",
    "format",
    "caption",
    "hashtag",
    "video_length_band",
    "label",
    "plan",
    "share_url",
    "thumbnail_url",
    "traffic_source",
    "second",
)
_COARSER_THAN_A_POST = (
    *_TIMES,
    "channel",
    "account_id",
    "hour",
    "weekday",
    "format",
    "hashtag",
    "video_length_band",
    "label",
    "plan",
)

# The first row that holds for a pair gives its reason.
IMPOSSIBLE = (
    Impossible(
        metrics=("net_followers", "new_followers", "lost_followers"),
        dimensions=_DEMOGRAPHICS,
        reason="{metric} by {dimension}: TikTok gives the make-up of all followers, never of those who came or left; "
        "ask for Followers.",
    ),
    Impossible(
        besides=("followers",),
        dimensions=_DEMOGRAPHICS,
        reason="{metric} by {dimension}: TikTok gives demographics as shares of an account's followers only, neither "
        "of its activity nor of a post's growth; ask for Followers.",
    ),
    Impossible(
        lacking=Attribution.PUBLISHED,
        dimensions=_OF_A_POST,
        reason="{metric} by {dimension}: TikTok counts it for the account as a whole and does not say which post it "
        "came from.",
    ),
    Impossible(
        metrics=("videos_count", "total_likes", "following_count"),
        dimensions=_TIMES,
        reason="{metric} by {dimension}: TikTok shows only its value of this moment and keeps no series.",
    ),
    Impossible(
        metrics=("post_reach",),
        dimensions=_COARSER_THAN_A_POST,
        unless=("post_id",),
        reason="{metric} by {dimension}: a person who saw two posts would count twice; ask by Post, or for Sum of "
        "Post Reach.",
    ),
    Impossible(
        metrics=("reached_audience", "engaged_audience"),
        dimensions=(*_TIMES, "channel", "account_id"),
        unless=("account_id", "day"),
        reason="{metric} by {dimension}: a person of two days or two accounts would count twice; ask by Account and "
        "Day together.",
    ),
    Impossible(
        metrics=("retention", "likes_by_second"),
        dimensions=(*_COARSER_THAN_A_POST, "second"),
        unless=("post_id",),
        reason="{metric} by {dimension}: a curve belongs to one video, and curves of different length have no mean; "
        "ask by Post and Second.",
    ),
    Impossible(
        besides=("impression_share",),
        dimensions=("traffic_source",),
        reason="{metric} by {dimension}: TikTok gives traffic sources as shares of a post's views only; ask for "
        "Traffic Source Share.",
    ),
    Impossible(
        besides=("retention", "likes_by_second"),
        dimensions=("second",),
        reason="{metric} by {dimension}: TikTok gives only retention and likes by the second of a video.",
    ),
    Impossible(
        besides=("active_followers",),
        dimensions=("active_hour",),
        reason="{metric} by {dimension}: TikTok gives only the number of active followers by the hour; ask for Active "
        "Followers.",
    ),
)
