CREATE OR REPLACE VIEW widget_followers ON CLUSTER 'main' AS
SELECT
    account_day.day AS day,
    sum(account_day.followers) AS followers,
    sum(account_day.net_followers) AS net_followers,
    sum(account_day.daily_new_followers) AS new_followers,
    sum(account_day.daily_lost_followers) AS lost_followers
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY day
ORDER BY day WITH FILL FROM {from:Date} TO {to:Date} STEP 1;

CREATE OR REPLACE VIEW widget_published_posts ON CLUSTER 'main' AS
SELECT
    toDate(assumeNotNull(post_latest.published_at)) AS day,
    count() AS published_posts
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY day
ORDER BY day WITH FILL FROM {from:Date} TO {to:Date} STEP 1;

CREATE OR REPLACE VIEW widget_video_views ON CLUSTER 'main' AS
SELECT
    account_day.day AS day,
    sum(account_day.video_views) AS video_views
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY day
ORDER BY day WITH FILL FROM {from:Date} TO {to:Date} STEP 1;

CREATE OR REPLACE VIEW widget_post_engagement ON CLUSTER 'main' AS
SELECT
    account_day.day AS day,
    sum(account_day.likes) AS applause,
    sum(account_day.comments) AS conversation,
    sum(account_day.shares) AS amplification,
    (sum(account_day.likes) + sum(account_day.comments) + sum(account_day.shares)) AS engagement
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY day
ORDER BY day WITH FILL FROM {from:Date} TO {to:Date} STEP 1;

CREATE OR REPLACE VIEW widget_average_engagement_per_post ON CLUSTER 'main' AS
SELECT
    toDate(assumeNotNull(post_latest.published_at)) AS day,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post,
    count((post_latest.likes + post_latest.comments + post_latest.shares)) AS posts_with_engagement
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY day
ORDER BY day WITH FILL FROM {from:Date} TO {to:Date} STEP 1;

CREATE OR REPLACE VIEW widget_scorecard ON CLUSTER 'main' AS
SELECT
    any(parts.followers) AS followers,
    any(parts.net_followers) AS net_followers,
    any(parts.new_followers) AS new_followers,
    any(parts.lost_followers) AS lost_followers,
    any(parts.video_views) AS video_views,
    any(parts.applause) AS applause,
    any(parts.conversation) AS conversation,
    any(parts.amplification) AS amplification,
    any(parts.engagement) AS engagement,
    any(parts.engagement_rate_by_views) AS engagement_rate_by_views,
    any(parts.engagement_rate_by_followers) AS engagement_rate_by_followers,
    any(parts.profile_views) AS profile_views,
    ifNull(any(parts.published_posts), 0) AS published_posts,
    any(parts.engagement_per_post) AS engagement_per_post
FROM (
SELECT
    sumIf(account_day.followers, account_day.day = followers_last_day) AS followers,
    sum(account_day.net_followers) AS net_followers,
    sum(account_day.daily_new_followers) AS new_followers,
    sum(account_day.daily_lost_followers) AS lost_followers,
    sum(account_day.video_views) AS video_views,
    sum(account_day.likes) AS applause,
    sum(account_day.comments) AS conversation,
    sum(account_day.shares) AS amplification,
    (sum(account_day.likes) + sum(account_day.comments) + sum(account_day.shares)) AS engagement,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)) / nullIf(sumIf(account_day.video_views, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)), 0) AS engagement_rate_by_views,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)) / nullIf(sumIf(account_day.followers, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)), 0) AS engagement_rate_by_followers,
    sum(account_day.profile_views) AS profile_views,
    NULL AS published_posts,
    NULL AS engagement_per_post
FROM (
SELECT
    *, maxIf(day, isNotNull(followers)) OVER (PARTITION BY account_id) AS followers_last_day
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
) AS account_day
UNION ALL
SELECT
    NULL AS followers,
    NULL AS net_followers,
    NULL AS new_followers,
    NULL AS lost_followers,
    NULL AS video_views,
    NULL AS applause,
    NULL AS conversation,
    NULL AS amplification,
    NULL AS engagement,
    NULL AS engagement_rate_by_views,
    NULL AS engagement_rate_by_followers,
    NULL AS profile_views,
    count() AS published_posts,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
) AS parts;

CREATE OR REPLACE VIEW widget_channel_explorer ON CLUSTER 'main' AS
SELECT
    post_latest.channel AS channel,
    count() AS published_posts,
    sum(post_latest.video_views) AS post_video_views,
    sum(post_latest.likes) AS post_likes,
    sum(post_latest.comments) AS post_comments,
    sum(post_latest.shares) AS post_shares,
    sum(post_latest.favorites) AS favorites,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)), 0) AS engagement_rate_by_views,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)) / nullIf(sumIf(post_latest.reach, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)), 0) AS engagement_rate_by_reach,
    sum(post_latest.reach) AS sum_of_post_reach,
    sumIf(post_latest.full_video_watched_rate * post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)), 0) AS post_completion_rate,
    sum(post_latest.total_time_watched) AS post_total_play_time,
    sumIf(post_latest.total_time_watched, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)), 0) AS post_average_watch_time,
    avg(post_latest.video_duration) AS post_video_length,
    sum(post_latest.new_followers) AS post_new_followers,
    sum(post_latest.profile_views) AS post_profile_views
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY channel;

CREATE OR REPLACE VIEW widget_channel_explorer_totals ON CLUSTER 'main' AS
SELECT
    count() AS published_posts,
    sum(post_latest.video_views) AS post_video_views,
    sum(post_latest.likes) AS post_likes,
    sum(post_latest.comments) AS post_comments,
    sum(post_latest.shares) AS post_shares,
    sum(post_latest.favorites) AS favorites,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)), 0) AS engagement_rate_by_views,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)) / nullIf(sumIf(post_latest.reach, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)), 0) AS engagement_rate_by_reach,
    sum(post_latest.reach) AS sum_of_post_reach,
    sumIf(post_latest.full_video_watched_rate * post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)), 0) AS post_completion_rate,
    sum(post_latest.total_time_watched) AS post_total_play_time,
    sumIf(post_latest.total_time_watched, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)), 0) AS post_average_watch_time,
    avg(post_latest.video_duration) AS post_video_length,
    sum(post_latest.new_followers) AS post_new_followers,
    sum(post_latest.profile_views) AS post_profile_views
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at));

CREATE OR REPLACE VIEW widget_channel_explorer_activity ON CLUSTER 'main' AS
SELECT
    account_day.channel AS channel,
    sumIf(account_day.followers, account_day.day = followers_last_day) AS followers,
    sum(account_day.net_followers) AS net_followers,
    sum(account_day.daily_new_followers) AS new_followers,
    sum(account_day.daily_lost_followers) AS lost_followers,
    sum(account_day.video_views) AS video_views,
    sum(account_day.likes) AS applause,
    sum(account_day.comments) AS conversation,
    sum(account_day.shares) AS amplification,
    (sum(account_day.likes) + sum(account_day.comments) + sum(account_day.shares)) AS engagement,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)) / nullIf(sumIf(account_day.video_views, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)), 0) AS engagement_rate_by_views,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.unique_video_views)) / nullIf(sumIf(account_day.unique_video_views, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.unique_video_views)), 0) AS engagement_rate_by_reach,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)) / nullIf(sumIf(account_day.followers, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)), 0) AS engagement_rate_by_followers,
    sum(account_day.profile_views) AS profile_views,
    sum(account_day.bio_link_clicks) AS bio_link_clicks,
    sum(account_day.email_clicks) AS email_clicks,
    sum(account_day.phone_number_clicks) AS phone_number_clicks,
    sum(account_day.address_clicks) AS address_clicks,
    sum(account_day.app_download_clicks) AS app_download_clicks,
    sum(account_day.lead_submissions) AS lead_submissions
FROM (
SELECT
    *, maxIf(day, isNotNull(followers)) OVER (PARTITION BY account_id) AS followers_last_day
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
) AS account_day
GROUP BY channel;

CREATE OR REPLACE VIEW widget_channel_explorer_activity_totals ON CLUSTER 'main' AS
SELECT
    sumIf(account_day.followers, account_day.day = followers_last_day) AS followers,
    sum(account_day.net_followers) AS net_followers,
    sum(account_day.daily_new_followers) AS new_followers,
    sum(account_day.daily_lost_followers) AS lost_followers,
    sum(account_day.video_views) AS video_views,
    sum(account_day.likes) AS applause,
    sum(account_day.comments) AS conversation,
    sum(account_day.shares) AS amplification,
    (sum(account_day.likes) + sum(account_day.comments) + sum(account_day.shares)) AS engagement,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)) / nullIf(sumIf(account_day.video_views, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)), 0) AS engagement_rate_by_views,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.unique_video_views)) / nullIf(sumIf(account_day.unique_video_views, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.unique_video_views)), 0) AS engagement_rate_by_reach,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)) / nullIf(sumIf(account_day.followers, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)), 0) AS engagement_rate_by_followers,
    sum(account_day.profile_views) AS profile_views,
    sum(account_day.bio_link_clicks) AS bio_link_clicks,
    sum(account_day.email_clicks) AS email_clicks,
    sum(account_day.phone_number_clicks) AS phone_number_clicks,
    sum(account_day.address_clicks) AS address_clicks,
    sum(account_day.app_download_clicks) AS app_download_clicks,
    sum(account_day.lead_submissions) AS lead_submissions
FROM (
SELECT
    *, maxIf(day, isNotNull(followers)) OVER (PARTITION BY account_id) AS followers_last_day
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
) AS account_day;

CREATE OR REPLACE VIEW widget_account_explorer ON CLUSTER 'main' AS
SELECT
    post_latest.account_id AS account_id,
    count() AS published_posts,
    sum(post_latest.video_views) AS post_video_views,
    sum(post_latest.likes) AS post_likes,
    sum(post_latest.comments) AS post_comments,
    sum(post_latest.shares) AS post_shares,
    sum(post_latest.favorites) AS favorites,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)), 0) AS engagement_rate_by_views,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)) / nullIf(sumIf(post_latest.reach, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)), 0) AS engagement_rate_by_reach,
    sum(post_latest.reach) AS sum_of_post_reach,
    sumIf(post_latest.full_video_watched_rate * post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)), 0) AS post_completion_rate,
    sum(post_latest.total_time_watched) AS post_total_play_time,
    sumIf(post_latest.total_time_watched, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)), 0) AS post_average_watch_time,
    avg(post_latest.video_duration) AS post_video_length,
    sum(post_latest.new_followers) AS post_new_followers,
    sum(post_latest.profile_views) AS post_profile_views
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY account_id;

CREATE OR REPLACE VIEW widget_account_explorer_totals ON CLUSTER 'main' AS
SELECT
    count() AS published_posts,
    sum(post_latest.video_views) AS post_video_views,
    sum(post_latest.likes) AS post_likes,
    sum(post_latest.comments) AS post_comments,
    sum(post_latest.shares) AS post_shares,
    sum(post_latest.favorites) AS favorites,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)), 0) AS engagement_rate_by_views,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)) / nullIf(sumIf(post_latest.reach, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)), 0) AS engagement_rate_by_reach,
    sum(post_latest.reach) AS sum_of_post_reach,
    sumIf(post_latest.full_video_watched_rate * post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)), 0) AS post_completion_rate,
    sum(post_latest.total_time_watched) AS post_total_play_time,
    sumIf(post_latest.total_time_watched, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)), 0) AS post_average_watch_time,
    avg(post_latest.video_duration) AS post_video_length,
    sum(post_latest.new_followers) AS post_new_followers,
    sum(post_latest.profile_views) AS post_profile_views
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at));

CREATE OR REPLACE VIEW widget_account_explorer_activity ON CLUSTER 'main' AS
SELECT
    account_day.account_id AS account_id,
    sumIf(account_day.followers, account_day.day = followers_last_day) AS followers,
    sum(account_day.net_followers) AS net_followers,
    sum(account_day.daily_new_followers) AS new_followers,
    sum(account_day.daily_lost_followers) AS lost_followers,
    sum(account_day.video_views) AS video_views,
    sum(account_day.likes) AS applause,
    sum(account_day.comments) AS conversation,
    sum(account_day.shares) AS amplification,
    (sum(account_day.likes) + sum(account_day.comments) + sum(account_day.shares)) AS engagement,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)) / nullIf(sumIf(account_day.video_views, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)), 0) AS engagement_rate_by_views,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.unique_video_views)) / nullIf(sumIf(account_day.unique_video_views, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.unique_video_views)), 0) AS engagement_rate_by_reach,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)) / nullIf(sumIf(account_day.followers, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)), 0) AS engagement_rate_by_followers,
    sum(account_day.profile_views) AS profile_views,
    sum(account_day.bio_link_clicks) AS bio_link_clicks,
    sum(account_day.email_clicks) AS email_clicks,
    sum(account_day.phone_number_clicks) AS phone_number_clicks,
    sum(account_day.address_clicks) AS address_clicks,
    sum(account_day.app_download_clicks) AS app_download_clicks,
    sum(account_day.lead_submissions) AS lead_submissions
FROM (
SELECT
    *, maxIf(day, isNotNull(followers)) OVER (PARTITION BY account_id) AS followers_last_day
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
) AS account_day
GROUP BY account_id;

CREATE OR REPLACE VIEW widget_account_explorer_activity_totals ON CLUSTER 'main' AS
SELECT
    sumIf(account_day.followers, account_day.day = followers_last_day) AS followers,
    sum(account_day.net_followers) AS net_followers,
    sum(account_day.daily_new_followers) AS new_followers,
    sum(account_day.daily_lost_followers) AS lost_followers,
    sum(account_day.video_views) AS video_views,
    sum(account_day.likes) AS applause,
    sum(account_day.comments) AS conversation,
    sum(account_day.shares) AS amplification,
    (sum(account_day.likes) + sum(account_day.comments) + sum(account_day.shares)) AS engagement,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)) / nullIf(sumIf(account_day.video_views, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.video_views)), 0) AS engagement_rate_by_views,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.unique_video_views)) / nullIf(sumIf(account_day.unique_video_views, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.unique_video_views)), 0) AS engagement_rate_by_reach,
    sumIf((account_day.likes + account_day.comments + account_day.shares), isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)) / nullIf(sumIf(account_day.followers, isNotNull((account_day.likes + account_day.comments + account_day.shares)) AND isNotNull(account_day.followers)), 0) AS engagement_rate_by_followers,
    sum(account_day.profile_views) AS profile_views,
    sum(account_day.bio_link_clicks) AS bio_link_clicks,
    sum(account_day.email_clicks) AS email_clicks,
    sum(account_day.phone_number_clicks) AS phone_number_clicks,
    sum(account_day.address_clicks) AS address_clicks,
    sum(account_day.app_download_clicks) AS app_download_clicks,
    sum(account_day.lead_submissions) AS lead_submissions
FROM (
SELECT
    *, maxIf(day, isNotNull(followers)) OVER (PARTITION BY account_id) AS followers_last_day
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
) AS account_day;

CREATE OR REPLACE VIEW widget_label_explorer ON CLUSTER 'main' AS
SELECT
    of_label.label AS label,
    count() AS published_posts,
    sum(post_latest.video_views) AS post_video_views,
    sum(post_latest.likes) AS post_likes,
    sum(post_latest.comments) AS post_comments,
    sum(post_latest.shares) AS post_shares,
    sum(post_latest.favorites) AS favorites,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)), 0) AS engagement_rate_by_views,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)) / nullIf(sumIf(post_latest.reach, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)), 0) AS engagement_rate_by_reach,
    sum(post_latest.reach) AS sum_of_post_reach,
    sumIf(post_latest.full_video_watched_rate * post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)), 0) AS post_completion_rate,
    sum(post_latest.total_time_watched) AS post_total_play_time,
    sumIf(post_latest.total_time_watched, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)), 0) AS post_average_watch_time,
    avg(post_latest.video_duration) AS post_video_length,
    sum(post_latest.new_followers) AS post_new_followers,
    sum(post_latest.profile_views) AS post_profile_views
FROM post_latest FINAL
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id,
    arrayJoin(given) AS label
FROM (
SELECT
    account_id,
    post_id,
    arrayDistinct(argMax(label_ids, (revision, observed_at, recorded_at))) AS given
FROM label_facts FINAL
WHERE label_facts.workspace_id = {workspace_id:UUID} AND label_facts.account_id IN {accounts:Array(UUID)}
GROUP BY account_id, post_id
)
) AS of_label USING (account_id, post_id)
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY label;

CREATE OR REPLACE VIEW widget_label_explorer_totals ON CLUSTER 'main' AS
SELECT
    count() AS published_posts,
    sum(post_latest.video_views) AS post_video_views,
    sum(post_latest.likes) AS post_likes,
    sum(post_latest.comments) AS post_comments,
    sum(post_latest.shares) AS post_shares,
    sum(post_latest.favorites) AS favorites,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)), 0) AS engagement_rate_by_views,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)) / nullIf(sumIf(post_latest.reach, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)), 0) AS engagement_rate_by_reach,
    sum(post_latest.reach) AS sum_of_post_reach,
    sumIf(post_latest.full_video_watched_rate * post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)), 0) AS post_completion_rate,
    sum(post_latest.total_time_watched) AS post_total_play_time,
    sumIf(post_latest.total_time_watched, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)), 0) AS post_average_watch_time,
    avg(post_latest.video_duration) AS post_video_length,
    sum(post_latest.new_followers) AS post_new_followers,
    sum(post_latest.profile_views) AS post_profile_views
FROM post_latest FINAL
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id
FROM (
SELECT
    account_id,
    post_id,
    arrayDistinct(argMax(label_ids, (revision, observed_at, recorded_at))) AS given
FROM label_facts FINAL
WHERE label_facts.workspace_id = {workspace_id:UUID} AND label_facts.account_id IN {accounts:Array(UUID)}
GROUP BY account_id, post_id
)
WHERE notEmpty(given)
) AS of_label USING (account_id, post_id)
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at));

CREATE OR REPLACE VIEW widget_label_explorer_activity ON CLUSTER 'main' AS
SELECT
    of_label.label AS label,
    sum(post_day.video_views) AS post_video_views,
    sum(post_day.likes) AS post_likes,
    sum(post_day.comments) AS post_comments,
    sum(post_day.shares) AS post_shares,
    sum(post_day.favorites) AS favorites,
    (sum(post_day.likes) + sum(post_day.comments) + sum(post_day.shares)) AS engagement,
    sumIf((post_day.likes + post_day.comments + post_day.shares), isNotNull((post_day.likes + post_day.comments + post_day.shares)) AND isNotNull(post_day.video_views)) / nullIf(sumIf(post_day.video_views, isNotNull((post_day.likes + post_day.comments + post_day.shares)) AND isNotNull(post_day.video_views)), 0) AS engagement_rate_by_views,
    sum(post_day.reach) AS sum_of_post_reach,
    sum(post_day.total_time_watched) AS post_total_play_time,
    sumIf(post_day.total_time_watched, isNotNull(post_day.total_time_watched) AND isNotNull(post_day.video_views)) / nullIf(sumIf(post_day.video_views, isNotNull(post_day.total_time_watched) AND isNotNull(post_day.video_views)), 0) AS post_average_watch_time,
    sum(post_day.new_followers) AS post_new_followers,
    sum(post_day.profile_views) AS post_profile_views
FROM post_day FINAL
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id,
    arrayJoin(given) AS label
FROM (
SELECT
    account_id,
    post_id,
    arrayDistinct(argMax(label_ids, (revision, observed_at, recorded_at))) AS given
FROM label_facts FINAL
WHERE label_facts.workspace_id = {workspace_id:UUID} AND label_facts.account_id IN {accounts:Array(UUID)}
GROUP BY account_id, post_id
)
) AS of_label USING (account_id, post_id)
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id,
    gone_at,
    format,
    published_at,
    caption,
    video_duration,
    share_url,
    thumbnail_url
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
) AS its_post USING (account_id, post_id)
WHERE post_day.workspace_id = {workspace_id:UUID} AND post_day.account_id IN {accounts:Array(UUID)}
  AND post_day.day >= {from:Date} AND post_day.day < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(its_post.gone_at))
GROUP BY label;

CREATE OR REPLACE VIEW widget_label_explorer_activity_totals ON CLUSTER 'main' AS
SELECT
    sum(post_day.video_views) AS post_video_views,
    sum(post_day.likes) AS post_likes,
    sum(post_day.comments) AS post_comments,
    sum(post_day.shares) AS post_shares,
    sum(post_day.favorites) AS favorites,
    (sum(post_day.likes) + sum(post_day.comments) + sum(post_day.shares)) AS engagement,
    sumIf((post_day.likes + post_day.comments + post_day.shares), isNotNull((post_day.likes + post_day.comments + post_day.shares)) AND isNotNull(post_day.video_views)) / nullIf(sumIf(post_day.video_views, isNotNull((post_day.likes + post_day.comments + post_day.shares)) AND isNotNull(post_day.video_views)), 0) AS engagement_rate_by_views,
    sum(post_day.reach) AS sum_of_post_reach,
    sum(post_day.total_time_watched) AS post_total_play_time,
    sumIf(post_day.total_time_watched, isNotNull(post_day.total_time_watched) AND isNotNull(post_day.video_views)) / nullIf(sumIf(post_day.video_views, isNotNull(post_day.total_time_watched) AND isNotNull(post_day.video_views)), 0) AS post_average_watch_time,
    sum(post_day.new_followers) AS post_new_followers,
    sum(post_day.profile_views) AS post_profile_views
FROM post_day FINAL
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id
FROM (
SELECT
    account_id,
    post_id,
    arrayDistinct(argMax(label_ids, (revision, observed_at, recorded_at))) AS given
FROM label_facts FINAL
WHERE label_facts.workspace_id = {workspace_id:UUID} AND label_facts.account_id IN {accounts:Array(UUID)}
GROUP BY account_id, post_id
)
WHERE notEmpty(given)
) AS of_label USING (account_id, post_id)
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id,
    gone_at,
    format,
    published_at,
    caption,
    video_duration,
    share_url,
    thumbnail_url
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
) AS its_post USING (account_id, post_id)
WHERE post_day.workspace_id = {workspace_id:UUID} AND post_day.account_id IN {accounts:Array(UUID)}
  AND post_day.day >= {from:Date} AND post_day.day < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(its_post.gone_at));

CREATE OR REPLACE VIEW widget_format_explorer ON CLUSTER 'main' AS
SELECT
    post_latest.format AS format,
    count() AS published_posts,
    sum(post_latest.video_views) AS post_video_views,
    sum(post_latest.likes) AS post_likes,
    sum(post_latest.comments) AS post_comments,
    sum(post_latest.shares) AS post_shares,
    sum(post_latest.favorites) AS favorites,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)), 0) AS engagement_rate_by_views,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)) / nullIf(sumIf(post_latest.reach, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)), 0) AS engagement_rate_by_reach,
    sum(post_latest.reach) AS sum_of_post_reach,
    sumIf(post_latest.full_video_watched_rate * post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)), 0) AS post_completion_rate,
    sum(post_latest.total_time_watched) AS post_total_play_time,
    sumIf(post_latest.total_time_watched, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)), 0) AS post_average_watch_time,
    avg(post_latest.video_duration) AS post_video_length,
    sum(post_latest.new_followers) AS post_new_followers,
    sum(post_latest.profile_views) AS post_profile_views
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY format;

CREATE OR REPLACE VIEW widget_format_explorer_totals ON CLUSTER 'main' AS
SELECT
    count() AS published_posts,
    sum(post_latest.video_views) AS post_video_views,
    sum(post_latest.likes) AS post_likes,
    sum(post_latest.comments) AS post_comments,
    sum(post_latest.shares) AS post_shares,
    sum(post_latest.favorites) AS favorites,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))) / nullIf(sumIf(1, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares))), 0) AS engagement_per_post,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.video_views)), 0) AS engagement_rate_by_views,
    sumIf((post_latest.likes + post_latest.comments + post_latest.shares), isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)) / nullIf(sumIf(post_latest.reach, isNotNull((post_latest.likes + post_latest.comments + post_latest.shares)) AND isNotNull(post_latest.reach)), 0) AS engagement_rate_by_reach,
    sum(post_latest.reach) AS sum_of_post_reach,
    sumIf(post_latest.full_video_watched_rate * post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.full_video_watched_rate * post_latest.video_views) AND isNotNull(post_latest.video_views)), 0) AS post_completion_rate,
    sum(post_latest.total_time_watched) AS post_total_play_time,
    sumIf(post_latest.total_time_watched, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)) / nullIf(sumIf(post_latest.video_views, isNotNull(post_latest.total_time_watched) AND isNotNull(post_latest.video_views)), 0) AS post_average_watch_time,
    avg(post_latest.video_duration) AS post_video_length,
    sum(post_latest.new_followers) AS post_new_followers,
    sum(post_latest.profile_views) AS post_profile_views
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at));

CREATE OR REPLACE VIEW widget_format_explorer_activity ON CLUSTER 'main' AS
SELECT
    its_post.format AS format,
    sum(post_day.video_views) AS post_video_views,
    sum(post_day.likes) AS post_likes,
    sum(post_day.comments) AS post_comments,
    sum(post_day.shares) AS post_shares,
    sum(post_day.favorites) AS favorites,
    (sum(post_day.likes) + sum(post_day.comments) + sum(post_day.shares)) AS engagement,
    sumIf((post_day.likes + post_day.comments + post_day.shares), isNotNull((post_day.likes + post_day.comments + post_day.shares)) AND isNotNull(post_day.video_views)) / nullIf(sumIf(post_day.video_views, isNotNull((post_day.likes + post_day.comments + post_day.shares)) AND isNotNull(post_day.video_views)), 0) AS engagement_rate_by_views,
    sum(post_day.reach) AS sum_of_post_reach,
    sum(post_day.total_time_watched) AS post_total_play_time,
    sumIf(post_day.total_time_watched, isNotNull(post_day.total_time_watched) AND isNotNull(post_day.video_views)) / nullIf(sumIf(post_day.video_views, isNotNull(post_day.total_time_watched) AND isNotNull(post_day.video_views)), 0) AS post_average_watch_time,
    sum(post_day.new_followers) AS post_new_followers,
    sum(post_day.profile_views) AS post_profile_views
FROM post_day FINAL
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id,
    gone_at,
    format,
    published_at,
    caption,
    video_duration,
    share_url,
    thumbnail_url
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
) AS its_post USING (account_id, post_id)
WHERE post_day.workspace_id = {workspace_id:UUID} AND post_day.account_id IN {accounts:Array(UUID)}
  AND post_day.day >= {from:Date} AND post_day.day < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(its_post.gone_at))
GROUP BY format;

CREATE OR REPLACE VIEW widget_format_explorer_activity_totals ON CLUSTER 'main' AS
SELECT
    sum(post_day.video_views) AS post_video_views,
    sum(post_day.likes) AS post_likes,
    sum(post_day.comments) AS post_comments,
    sum(post_day.shares) AS post_shares,
    sum(post_day.favorites) AS favorites,
    (sum(post_day.likes) + sum(post_day.comments) + sum(post_day.shares)) AS engagement,
    sumIf((post_day.likes + post_day.comments + post_day.shares), isNotNull((post_day.likes + post_day.comments + post_day.shares)) AND isNotNull(post_day.video_views)) / nullIf(sumIf(post_day.video_views, isNotNull((post_day.likes + post_day.comments + post_day.shares)) AND isNotNull(post_day.video_views)), 0) AS engagement_rate_by_views,
    sum(post_day.reach) AS sum_of_post_reach,
    sum(post_day.total_time_watched) AS post_total_play_time,
    sumIf(post_day.total_time_watched, isNotNull(post_day.total_time_watched) AND isNotNull(post_day.video_views)) / nullIf(sumIf(post_day.video_views, isNotNull(post_day.total_time_watched) AND isNotNull(post_day.video_views)), 0) AS post_average_watch_time,
    sum(post_day.new_followers) AS post_new_followers,
    sum(post_day.profile_views) AS post_profile_views
FROM post_day FINAL
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id,
    gone_at,
    format,
    published_at,
    caption,
    video_duration,
    share_url,
    thumbnail_url
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
) AS its_post USING (account_id, post_id)
WHERE post_day.workspace_id = {workspace_id:UUID} AND post_day.account_id IN {accounts:Array(UUID)}
  AND post_day.day >= {from:Date} AND post_day.day < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(its_post.gone_at));

CREATE OR REPLACE VIEW widget_post_explorer ON CLUSTER 'main' AS
SELECT
    post_latest.account_id AS account_id,
    post_latest.post_id AS post_id,
    post_latest.published_at AS published_at,
    post_latest.format AS format,
    post_latest.caption AS caption,
    post_latest.share_url AS share_url,
    post_latest.thumbnail_url AS thumbnail_url,
    post_latest.video_views AS post_video_views,
    post_latest.likes AS post_likes,
    post_latest.comments AS post_comments,
    post_latest.shares AS post_shares,
    (post_latest.likes + post_latest.comments + post_latest.shares) AS engagement,
    post_latest.reach AS post_reach,
    post_latest.full_video_watched_rate AS post_completion_rate,
    post_latest.total_time_watched AS post_total_play_time,
    post_latest.total_time_watched / nullIf(post_latest.video_views, 0) AS post_average_watch_time,
    post_latest.video_duration AS post_video_length
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at));

CREATE OR REPLACE VIEW widget_post_gallery ON CLUSTER 'main' AS
SELECT
    post_latest.account_id AS account_id,
    post_latest.post_id AS post_id,
    post_latest.published_at AS published_at,
    post_latest.format AS format,
    post_latest.caption AS caption,
    post_latest.share_url AS share_url,
    post_latest.thumbnail_url AS thumbnail_url,
    post_latest.video_views AS post_video_views,
    post_latest.likes AS post_likes,
    post_latest.comments AS post_comments,
    post_latest.shares AS post_shares,
    (post_latest.likes + post_latest.comments + post_latest.shares) AS engagement
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at));

CREATE OR REPLACE VIEW widget_top_posts ON CLUSTER 'main' AS
SELECT
    post_latest.account_id AS account_id,
    post_latest.post_id AS post_id,
    post_latest.published_at AS published_at,
    post_latest.format AS format,
    post_latest.caption AS caption,
    post_latest.share_url AS share_url,
    post_latest.thumbnail_url AS thumbnail_url,
    (post_latest.likes + post_latest.comments + post_latest.shares) AS engagement,
    (post_latest.likes + post_latest.comments + post_latest.shares) / nullIf(post_latest.video_views, 0) AS engagement_rate_by_views,
    post_latest.video_views AS post_video_views,
    post_latest.reach AS post_reach,
    post_latest.favorites AS favorites
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at));

CREATE OR REPLACE VIEW widget_best_performing_day_time_format ON CLUSTER 'main' AS
SELECT
    intDiv(slot, 24) + 1 AS weekday,
    slot % 24 AS hour,
    CAST(NULL, 'Nullable(String)') AS format,
    median_engagement_per_post,
    posts_with_engagement,
    published_posts
FROM (
SELECT
    (toDayOfWeek(toTimeZone(assumeNotNull(post_latest.published_at), {timezone:String})) - 1) * 24 + toHour(toTimeZone(assumeNotNull(post_latest.published_at), {timezone:String})) AS slot,
    quantileExactInclusive(0.5)((post_latest.likes + post_latest.comments + post_latest.shares)) AS median_engagement_per_post,
    count((post_latest.likes + post_latest.comments + post_latest.shares)) AS posts_with_engagement,
    count() AS published_posts
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY slot
ORDER BY slot WITH FILL FROM 0 TO 168
)
UNION ALL
SELECT
    NULL AS weekday,
    NULL AS hour,
    post_latest.format AS format,
    quantileExactInclusive(0.5)((post_latest.likes + post_latest.comments + post_latest.shares)) AS median_engagement_per_post,
    count((post_latest.likes + post_latest.comments + post_latest.shares)) AS posts_with_engagement,
    count() AS published_posts
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY format;

CREATE OR REPLACE VIEW widget_post_engagement_by_account ON CLUSTER 'main' AS
SELECT
    account_day.account_id AS account_id,
    sum(account_day.likes) AS applause,
    sum(account_day.comments) AS conversation,
    sum(account_day.shares) AS amplification,
    (sum(account_day.likes) + sum(account_day.comments) + sum(account_day.shares)) AS engagement
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY account_id;

CREATE OR REPLACE VIEW widget_post_engagement_by_channel ON CLUSTER 'main' AS
SELECT
    account_day.channel AS channel,
    sum(account_day.likes) AS applause,
    sum(account_day.comments) AS conversation,
    sum(account_day.shares) AS amplification,
    (sum(account_day.likes) + sum(account_day.comments) + sum(account_day.shares)) AS engagement
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY channel;

CREATE OR REPLACE VIEW widget_post_engagement_by_format ON CLUSTER 'main' AS
SELECT
    post_latest.format AS format,
    sum(post_latest.likes) AS applause,
    sum(post_latest.comments) AS conversation,
    sum(post_latest.shares) AS amplification,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY format;

CREATE OR REPLACE VIEW widget_post_engagement_by_label ON CLUSTER 'main' AS
SELECT
    of_label.label AS label,
    sum(post_latest.likes) AS applause,
    sum(post_latest.comments) AS conversation,
    sum(post_latest.shares) AS amplification,
    (sum(post_latest.likes) + sum(post_latest.comments) + sum(post_latest.shares)) AS engagement
FROM post_latest FINAL
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id,
    arrayJoin(given) AS label
FROM (
SELECT
    account_id,
    post_id,
    arrayDistinct(argMax(label_ids, (revision, observed_at, recorded_at))) AS given
FROM label_facts FINAL
WHERE label_facts.workspace_id = {workspace_id:UUID} AND label_facts.account_id IN {accounts:Array(UUID)}
GROUP BY account_id, post_id
)
) AS of_label USING (account_id, post_id)
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY label;

CREATE OR REPLACE VIEW widget_video_views_by_account ON CLUSTER 'main' AS
SELECT
    account_day.account_id AS account_id,
    sum(account_day.video_views) AS video_views
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY account_id;

CREATE OR REPLACE VIEW widget_video_views_by_channel ON CLUSTER 'main' AS
SELECT
    account_day.channel AS channel,
    sum(account_day.video_views) AS video_views
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY channel;

CREATE OR REPLACE VIEW widget_video_views_by_label ON CLUSTER 'main' AS
SELECT
    of_label.label AS label,
    sum(post_latest.video_views) AS video_views
FROM post_latest FINAL
GLOBAL INNER JOIN (
SELECT
    account_id,
    post_id,
    arrayJoin(given) AS label
FROM (
SELECT
    account_id,
    post_id,
    arrayDistinct(argMax(label_ids, (revision, observed_at, recorded_at))) AS given
FROM label_facts FINAL
WHERE label_facts.workspace_id = {workspace_id:UUID} AND label_facts.account_id IN {accounts:Array(UUID)}
GROUP BY account_id, post_id
)
) AS of_label USING (account_id, post_id)
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
GROUP BY label;

CREATE OR REPLACE VIEW widget_followers_by_country ON CLUSTER 'main' AS
SELECT
    country,
    toInt64(round(sum(share * total))) AS followers
FROM (
SELECT share_of.1 AS country, share_of.2 AS share, total
FROM (
SELECT account_id, arrayJoin(argMaxIf(audience_countries, day, notEmpty(audience_countries))) AS share_of
FROM audience_day FINAL
WHERE audience_day.workspace_id = {workspace_id:UUID} AND audience_day.account_id IN {accounts:Array(UUID)}
  AND audience_day.day >= {from:Date} AND audience_day.day < {to:Date}
GROUP BY account_id
) AS shares
GLOBAL LEFT JOIN (
SELECT account_id, argMax(followers, day) AS total
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY account_id
) AS totals USING (account_id)
)
GROUP BY country;

CREATE OR REPLACE VIEW widget_followers_by_city ON CLUSTER 'main' AS
SELECT
    city,
    toInt64(round(sum(share * total))) AS followers
FROM (
SELECT share_of.1 AS city, share_of.2 AS share, total
FROM (
SELECT account_id, arrayJoin(argMaxIf(audience_cities, day, notEmpty(audience_cities))) AS share_of
FROM audience_day FINAL
WHERE audience_day.workspace_id = {workspace_id:UUID} AND audience_day.account_id IN {accounts:Array(UUID)}
  AND audience_day.day >= {from:Date} AND audience_day.day < {to:Date}
GROUP BY account_id
) AS shares
GLOBAL LEFT JOIN (
SELECT account_id, argMax(followers, day) AS total
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY account_id
) AS totals USING (account_id)
)
GROUP BY city;

CREATE OR REPLACE VIEW widget_followers_by_gender ON CLUSTER 'main' AS
SELECT
    gender,
    toInt64(round(sum(share * total))) AS followers
FROM (
SELECT share_of.1 AS gender, share_of.2 AS share, total
FROM (
SELECT account_id, arrayJoin(argMaxIf(audience_genders, day, notEmpty(audience_genders))) AS share_of
FROM audience_day FINAL
WHERE audience_day.workspace_id = {workspace_id:UUID} AND audience_day.account_id IN {accounts:Array(UUID)}
  AND audience_day.day >= {from:Date} AND audience_day.day < {to:Date}
GROUP BY account_id
) AS shares
GLOBAL LEFT JOIN (
SELECT account_id, argMax(followers, day) AS total
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY account_id
) AS totals USING (account_id)
)
GROUP BY gender;

CREATE OR REPLACE VIEW widget_followers_by_age ON CLUSTER 'main' AS
SELECT
    age,
    toInt64(round(sum(share * total))) AS followers
FROM (
SELECT share_of.1 AS age, share_of.2 AS share, total
FROM (
SELECT account_id, arrayJoin(argMaxIf(audience_ages, day, notEmpty(audience_ages))) AS share_of
FROM audience_day FINAL
WHERE audience_day.workspace_id = {workspace_id:UUID} AND audience_day.account_id IN {accounts:Array(UUID)}
  AND audience_day.day >= {from:Date} AND audience_day.day < {to:Date}
GROUP BY account_id
) AS shares
GLOBAL LEFT JOIN (
SELECT account_id, argMax(followers, day) AS total
FROM account_day FINAL
WHERE account_day.workspace_id = {workspace_id:UUID} AND account_day.account_id IN {accounts:Array(UUID)}
  AND account_day.day >= {from:Date} AND account_day.day < {to:Date}
GROUP BY account_id
) AS totals USING (account_id)
)
GROUP BY age;

CREATE OR REPLACE VIEW widget_audience_activity ON CLUSTER 'main' AS
SELECT
    toInt64OrNull(CAST(label, 'String')) AS active_hour,
    toInt64(round(sum(mean))) AS active_followers
FROM (
SELECT account_id, item.1 AS label, avg(item.2) AS mean
FROM (
SELECT account_id, arrayJoin(audience_activity) AS item
FROM audience_day FINAL
WHERE audience_day.workspace_id = {workspace_id:UUID} AND audience_day.account_id IN {accounts:Array(UUID)}
  AND audience_day.day >= {from:Date} AND audience_day.day < {to:Date}
)
GROUP BY account_id, label
)
WHERE isNotNull(active_hour)
GROUP BY active_hour;

CREATE OR REPLACE VIEW widget_traffic_sources ON CLUSTER 'main' AS
SELECT
    item.1 AS traffic_source,
    sum(item.2 * weight) / nullIf(any(whole), 0) AS impression_share
FROM (
SELECT weight, whole, arrayJoin(items) AS item
FROM (
SELECT impression_sources AS items, video_views AS weight, sum(video_views) OVER () AS whole
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
  AND notEmpty(impression_sources) AND isNotNull(video_views)
)
)
GROUP BY traffic_source;

CREATE OR REPLACE VIEW widget_retention_curve ON CLUSTER 'main' AS
SELECT
    post_id,
    toInt64OrNull(CAST(label, 'String')) AS second,
    if(mapContains(video_view_retention, label), video_view_retention[label], NULL) AS retention,
    if(mapContains(engagement_likes, label), engagement_likes[label], NULL) AS likes_by_second
FROM (
SELECT post_id, video_view_retention, engagement_likes, arrayJoin(arrayDistinct(arrayConcat(mapKeys(video_view_retention), mapKeys(engagement_likes)))) AS label
FROM post_latest FINAL
WHERE post_latest.workspace_id = {workspace_id:UUID} AND post_latest.account_id IN {accounts:Array(UUID)}
  AND post_latest.published_at >= {from:Date} AND post_latest.published_at < {to:Date}
  AND ({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(post_latest.gone_at))
)
WHERE isNotNull(second);
