"""Views and reactions, which an account has by day and a post over its life; and the posts themselves."""

from common.catalog.measures import Count, Sum, Total
from common.catalog.model import Kind, Metric, Unit

ENGAGEMENT = (
    Metric(
        slug="video_views",
        name="Video Views",
        tiktok_name="Views",
        meaning="Views of the account's videos, organic and paid.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("video_views"),
        published=Sum("video_views"),
        growth=Sum("video_views"),
        caveats=(
            "Views bought by advertising are in it; TikTok does not part them from organic ones.",
            "The views of a day fall on posts of any age, so they are not the views of the posts published that day.",
        ),
        differs="The app's overview covers its own period and cuts days at the owner's midnight; a day here is UTC and "
        "arrives up to two days later.",
    ),
    Metric(
        slug="applause",
        name="Applause",
        tiktok_name="Like",
        meaning="Likes: gross per day (an unlike is not taken off), net per post.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("likes"),
        published=Sum("likes"),
        growth=Sum("likes"),
        caveats=("A like given and taken back counts on its day and no longer counts on its post.",),
        differs="The app's Business Suite takes unlikes off its daily figure; the interface does not.",
    ),
    Metric(
        slug="conversation",
        name="Conversation",
        tiktok_name="Comment",
        meaning="Comments.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("comments"),
        published=Sum("comments"),
        growth=Sum("comments"),
        caveats=("Comments deleted later leave the post's counter, not the day on which they were written.",),
        differs="The app hides comments under review or filtered by the owner that the counter may still hold.",
    ),
    Metric(
        slug="amplification",
        name="Amplification",
        tiktok_name="Shares",
        meaning="Shares, in-app ones to friends included.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("shares"),
        published=Sum("shares"),
        growth=Sum("shares"),
        differs="TikTok's website shows fewer: it leaves out what was sent to friends inside the app.",
    ),
    Metric(
        slug="engagement",
        name="Engagement",
        tiktok_name=None,
        meaning="Likes, comments and shares together.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Total(("applause", "conversation", "amplification")),
        published=Total(("applause", "conversation", "amplification")),
        growth=Total(("applause", "conversation", "amplification")),
        caveats=("Favorites are not part of it, because TikTok gives none by day.",),
        differs="The app shows the three counts apart; other tools add favorites or views under this name.",
    ),
    Metric(
        slug="published_posts",
        name="Published Posts",
        tiktok_name=None,
        meaning="Posts published, by the moment of publishing.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Count(),
        caveats=(
            "TikTok lists public posts and those shown only in advertisements; one that was private or taken down each "
            "time we looked was never seen.",
        ),
        differs="The app also counts private posts for their owner, and its days are cut at the owner's midnight.",
    ),
)
