"""What a post or a profile brought: who began to follow, who looked at the profile."""

from common.catalog.measures import Sum
from common.catalog.metrics.sentences import SETTLED
from common.catalog.model import ColumnSet, Kind, Metric, Unit

VISITS = (
    Metric(
        slug="post_new_followers",
        name="TikTok Post New Followers",
        tiktok_name="New followers",
        meaning="Accounts that began to follow because of a post.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Sum("new_followers"),
        growth=Sum("new_followers"),
        shown_in=(ColumnSet.POSTS, ColumnSet.GROWTH),
        caveats=("TikTok decides which post won a follower; many are won by none, so the sum is less than all.",),
        differs=SETTLED,
    ),
    Metric(
        slug="post_profile_views",
        name="TikTok Post Profile Views",
        tiktok_name="Profile views",
        meaning="Visits to the profile that came from a post.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Sum("profile_views"),
        growth=Sum("profile_views"),
        shown_in=(ColumnSet.POSTS, ColumnSet.GROWTH),
        caveats=("Visits that came by search or a link belong to no post: the sum is less than Profile Views.",),
        differs=SETTLED,
    ),
    Metric(
        slug="profile_views",
        name="Profile Views",
        tiktok_name="Profile views",
        meaning="Visits to the account's profile.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("profile_views"),
        shown_in=(ColumnSet.DAYS, ColumnSet.FIGURES),
        caveats=("Visits, not visitors.",),
        differs="The app cuts its days at the owner's midnight, TikTok's interface at midnight UTC.",
    ),
)
