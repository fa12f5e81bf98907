"""The columns of every widget, in order, by their public names."""

ENGAGEMENT = ("applause", "conversation", "amplification", "engagement")
OF_POSTS = (
    "published_posts",
    "post_video_views",
    "post_likes",
    "post_comments",
    "post_shares",
    "favorites",
    "engagement",
    "engagement_per_post",
    "engagement_rate_by_views",
    "engagement_rate_by_reach",
    "sum_of_post_reach",
    "post_completion_rate",
    "post_total_play_time",
    "post_average_watch_time",
    "post_video_length",
    "post_new_followers",
    "post_profile_views",
)
OF_A_POST = (
    "post_video_views",
    "post_likes",
    "post_comments",
    "post_shares",
    "engagement",
    "post_reach",
    "post_completion_rate",
    "post_total_play_time",
    "post_average_watch_time",
    "post_video_length",
)
OF_DAYS = (
    "followers",
    "net_followers",
    "new_followers",
    "lost_followers",
    "video_views",
    *ENGAGEMENT,
    "engagement_rate_by_views",
    "engagement_rate_by_reach",
    "engagement_rate_by_followers",
    "profile_views",
    "bio_link_clicks",
    "email_clicks",
    "phone_number_clicks",
    "address_clicks",
    "app_download_clicks",
    "lead_submissions",
)
POST_KEY = ("account_id", "post_id")
POST_ATTRIBUTES = ("published_at", "format", "caption", "share_url", "thumbnail_url")

# A row a day: from the account's days, or from the posts published on it.
DAYS_OF_ACCOUNTS = {
    "followers": ("followers", "net_followers", "new_followers", "lost_followers"),
    "video_views": ("video_views",),
    "post_engagement": ENGAGEMENT,
}
DAYS_OF_POSTS = {
    "published_posts": ("published_posts",),
    "average_engagement_per_post": ("engagement_per_post", "posts_with_engagement"),
}
SCORECARD_OF_DAYS = (
    "followers",
    "net_followers",
    "new_followers",
    "lost_followers",
    "video_views",
    *ENGAGEMENT,
    "engagement_rate_by_views",
    "engagement_rate_by_followers",
    "profile_views",
)
SCORECARD_OF_POSTS = ("published_posts", "engagement_per_post")

# A row a post.
POSTS = {
    "post_explorer": OF_A_POST,
    "post_gallery": ("post_video_views", "post_likes", "post_comments", "post_shares", "engagement"),
    "top_posts": ("engagement", "engagement_rate_by_views", "post_video_views", "post_reach", "favorites"),
}

# A row a group: (what tells the rows apart, columns).
GROUPS_OF_DAYS = {
    "post_engagement_by_account": ("account_id", ENGAGEMENT),
    "post_engagement_by_channel": ("channel", ENGAGEMENT),
    "video_views_by_account": ("account_id", ("video_views",)),
    "video_views_by_channel": ("channel", ("video_views",)),
    "channel_explorer_activity": ("channel", OF_DAYS),
    "account_explorer_activity": ("account_id", OF_DAYS),
}
GROUPS_OF_POSTS = {
    "channel_explorer": ("channel", OF_POSTS),
    "account_explorer": ("account_id", OF_POSTS),
    "label_explorer": ("label", OF_POSTS),
    "format_explorer": ("format", OF_POSTS),
    "post_engagement_by_format": ("format", ENGAGEMENT),
    "post_engagement_by_label": ("label", ENGAGEMENT),
    "video_views_by_label": ("label", ("video_views",)),
}
# Explorers switched to activity.
GAINED = (
    "post_video_views",
    "post_likes",
    "post_comments",
    "post_shares",
    "favorites",
    "engagement",
    "engagement_rate_by_views",
    "sum_of_post_reach",
    "post_total_play_time",
    "post_average_watch_time",
    "post_new_followers",
    "post_profile_views",
)
GROUPS_OF_GROWTH = {
    "label_explorer_activity": ("label", GAINED),
    "format_explorer_activity": ("format", GAINED),
}

SLOTS = ("median_engagement_per_post", "posts_with_engagement", "published_posts")

# Column of the default order, descending with a minus.
ORDERS = {
    "post_explorer": "-published_at",
    "post_gallery": "-published_at",
    "top_posts": "-engagement",
    "video_views_by_account": "-video_views",
    "video_views_by_channel": "-video_views",
    "video_views_by_label": "-video_views",
}
