-- Facts: what TikTok said, append-only, kept. Events enter as their JSON bytes through the landing tables (engine Null:
-- nothing stays there); ClickHouse parses them and the views write the facts. What breaks a constraint is refused whole.
CREATE TABLE landing_post_snapshots ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    post_id String,
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    field_set LowCardinality(String),
    dropped_fields Array(LowCardinality(String)),
    extra String,
    values Tuple(
        item_id Nullable(String),
        media_type Nullable(String),
        is_ad Nullable(Bool),
        thumbnail_url Nullable(String),
        share_url Nullable(String),
        embed_url Nullable(String),
        caption Nullable(String),
        create_time Nullable(Int64),
        video_duration Nullable(Float64),
        likes Nullable(Int64),
        comments Nullable(Int64),
        shares Nullable(Int64),
        favorites Nullable(Int64),
        reach Nullable(Int64),
        video_views Nullable(Int64),
        total_time_watched Nullable(Float64),
        average_time_watched Nullable(Float64),
        full_video_watched_rate Nullable(Float64),
        new_followers Nullable(Int64),
        profile_views Nullable(Int64),
        website_clicks Nullable(Int64),
        phone_number_clicks Nullable(Int64),
        lead_submissions Nullable(Int64),
        app_download_clicks Nullable(Int64),
        email_clicks Nullable(Int64),
        address_clicks Nullable(Int64)
    ),
    CONSTRAINT workspace_id_is_given CHECK workspace_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT account_id_is_given CHECK account_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT channel_is_given CHECK channel != '',
    CONSTRAINT observed_at_is_plausible CHECK
        observed_at >= '2016-09-01 00:00:00' AND observed_at < '2100-01-01 00:00:00',
    CONSTRAINT recorded_at_is_plausible CHECK
        recorded_at >= '2016-09-01 00:00:00' AND recorded_at < '2100-01-01 00:00:00',
    CONSTRAINT source_is_known CHECK source IN ('api', 'studio_csv'),
    CONSTRAINT field_set_is_given CHECK field_set != '',
    CONSTRAINT post_id_is_given CHECK post_id != '',
    CONSTRAINT counters_are_not_negative CHECK NOT arrayExists(counter -> counter < 0, [
        values.video_duration, values.likes, values.comments, values.shares, values.favorites, values.reach,
        values.video_views, values.total_time_watched, values.average_time_watched,
        values.full_video_watched_rate, values.new_followers, values.profile_views, values.website_clicks,
        values.phone_number_clicks, values.lead_submissions, values.app_download_clicks, values.email_clicks,
        values.address_clicks
    ])
) ENGINE = Null;

CREATE TABLE landing_profile_snapshots ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    field_set LowCardinality(String),
    dropped_fields Array(LowCardinality(String)),
    extra String,
    profile Tuple(
        is_business_account Nullable(Bool),
        profile_image Nullable(String),
        username Nullable(String),
        profile_deep_link Nullable(String),
        display_name Nullable(String),
        bio_description Nullable(String),
        is_verified Nullable(Bool),
        following_count Nullable(Int64),
        followers_count Nullable(Int64),
        total_likes Nullable(Int64),
        videos_count Nullable(Int64)
    ),
    days Array(Tuple(
        date Date,
        values Tuple(
            video_views Nullable(Int64),
            unique_video_views Nullable(Int64),
            profile_views Nullable(Int64),
            likes Nullable(Int64),
            comments Nullable(Int64),
            shares Nullable(Int64),
            followers_count Nullable(Int64),
            daily_total_followers Nullable(Int64),
            daily_new_followers Nullable(Int64),
            daily_lost_followers Nullable(Int64),
            engaged_audience Nullable(Int64),
            phone_number_clicks Nullable(Int64),
            lead_submissions Nullable(Int64),
            app_download_clicks Nullable(Int64),
            bio_link_clicks Nullable(Int64),
            email_clicks Nullable(Int64),
            address_clicks Nullable(Int64)
        )
    )),
    CONSTRAINT workspace_id_is_given CHECK workspace_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT account_id_is_given CHECK account_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT channel_is_given CHECK channel != '',
    CONSTRAINT observed_at_is_plausible CHECK
        observed_at >= '2016-09-01 00:00:00' AND observed_at < '2100-01-01 00:00:00',
    CONSTRAINT recorded_at_is_plausible CHECK
        recorded_at >= '2016-09-01 00:00:00' AND recorded_at < '2100-01-01 00:00:00',
    CONSTRAINT source_is_known CHECK source IN ('api', 'studio_csv'),
    CONSTRAINT field_set_is_given CHECK field_set != '',
    CONSTRAINT days_are_plausible CHECK NOT arrayExists(one -> one < '2016-09-01', days.date)
) ENGINE = Null;

CREATE TABLE post_facts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    post_id String,
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    field_set LowCardinality(String),
    dropped_fields Array(LowCardinality(String)),
    extra String,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3),
    item_id Nullable(String),
    media_type Nullable(String),
    is_ad Nullable(Bool),
    thumbnail_url Nullable(String),
    share_url Nullable(String),
    embed_url Nullable(String),
    caption Nullable(String),
    create_time Nullable(Int64),
    video_duration Nullable(Float64),
    likes Nullable(Int64),
    comments Nullable(Int64),
    shares Nullable(Int64),
    favorites Nullable(Int64),
    reach Nullable(Int64),
    video_views Nullable(Int64),
    total_time_watched Nullable(Float64),
    average_time_watched Nullable(Float64),
    full_video_watched_rate Nullable(Float64),
    new_followers Nullable(Int64),
    profile_views Nullable(Int64),
    website_clicks Nullable(Int64),
    phone_number_clicks Nullable(Int64),
    lead_submissions Nullable(Int64),
    app_download_clicks Nullable(Int64),
    email_clicks Nullable(Int64),
    address_clicks Nullable(Int64)
) ENGINE = ReplicatedReplacingMergeTree(recorded_at)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (workspace_id, account_id, post_id, observed_at, source)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE account_facts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    field_set LowCardinality(String),
    dropped_fields Array(LowCardinality(String)),
    extra String,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3),
    is_business_account Nullable(Bool),
    profile_image Nullable(String),
    username Nullable(String),
    profile_deep_link Nullable(String),
    display_name Nullable(String),
    bio_description Nullable(String),
    is_verified Nullable(Bool),
    following_count Nullable(Int64),
    followers_count Nullable(Int64),
    total_likes Nullable(Int64),
    videos_count Nullable(Int64)
) ENGINE = ReplicatedReplacingMergeTree(recorded_at)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (workspace_id, account_id, observed_at, source)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE profile_day_facts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    day Date,
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    field_set LowCardinality(String),
    dropped_fields Array(LowCardinality(String)),
    extra String,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3),
    video_views Nullable(Int64),
    unique_video_views Nullable(Int64),
    profile_views Nullable(Int64),
    likes Nullable(Int64),
    comments Nullable(Int64),
    shares Nullable(Int64),
    followers_count Nullable(Int64),
    daily_total_followers Nullable(Int64),
    daily_new_followers Nullable(Int64),
    daily_lost_followers Nullable(Int64),
    engaged_audience Nullable(Int64),
    phone_number_clicks Nullable(Int64),
    lead_submissions Nullable(Int64),
    app_download_clicks Nullable(Int64),
    bio_link_clicks Nullable(Int64),
    email_clicks Nullable(Int64),
    address_clicks Nullable(Int64)
) ENGINE = ReplicatedReplacingMergeTree(recorded_at)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (workspace_id, account_id, day, observed_at, source)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW landing_to_post_facts ON CLUSTER 'main' TO post_facts AS
SELECT
    workspace_id, account_id, channel, post_id, observed_at, recorded_at, source, field_set, dropped_fields, extra,
    values.item_id AS item_id,
    values.media_type AS media_type,
    values.is_ad AS is_ad,
    values.thumbnail_url AS thumbnail_url,
    values.share_url AS share_url,
    values.embed_url AS embed_url,
    values.caption AS caption,
    values.create_time AS create_time,
    values.video_duration AS video_duration,
    values.likes AS likes,
    values.comments AS comments,
    values.shares AS shares,
    values.favorites AS favorites,
    values.reach AS reach,
    values.video_views AS video_views,
    values.total_time_watched AS total_time_watched,
    values.average_time_watched AS average_time_watched,
    values.full_video_watched_rate AS full_video_watched_rate,
    values.new_followers AS new_followers,
    values.profile_views AS profile_views,
    values.website_clicks AS website_clicks,
    values.phone_number_clicks AS phone_number_clicks,
    values.lead_submissions AS lead_submissions,
    values.app_download_clicks AS app_download_clicks,
    values.email_clicks AS email_clicks,
    values.address_clicks AS address_clicks
FROM landing_post_snapshots;

CREATE MATERIALIZED VIEW landing_to_account_facts ON CLUSTER 'main' TO account_facts AS
SELECT
    workspace_id, account_id, channel, observed_at, recorded_at, source, field_set, dropped_fields, extra,
    profile.is_business_account AS is_business_account,
    profile.profile_image AS profile_image,
    profile.username AS username,
    profile.profile_deep_link AS profile_deep_link,
    profile.display_name AS display_name,
    profile.bio_description AS bio_description,
    profile.is_verified AS is_verified,
    profile.following_count AS following_count,
    profile.followers_count AS followers_count,
    profile.total_likes AS total_likes,
    profile.videos_count AS videos_count
FROM landing_profile_snapshots;

CREATE MATERIALIZED VIEW landing_to_profile_day_facts ON CLUSTER 'main' TO profile_day_facts AS
SELECT
    workspace_id, account_id, channel, one.date AS day, observed_at, recorded_at, source, field_set, dropped_fields, extra,
    one.values.video_views AS video_views,
    one.values.unique_video_views AS unique_video_views,
    one.values.profile_views AS profile_views,
    one.values.likes AS likes,
    one.values.comments AS comments,
    one.values.shares AS shares,
    one.values.followers_count AS followers_count,
    one.values.daily_total_followers AS daily_total_followers,
    one.values.daily_new_followers AS daily_new_followers,
    one.values.daily_lost_followers AS daily_lost_followers,
    one.values.engaged_audience AS engaged_audience,
    one.values.phone_number_clicks AS phone_number_clicks,
    one.values.lead_submissions AS lead_submissions,
    one.values.app_download_clicks AS app_download_clicks,
    one.values.bio_link_clicks AS bio_link_clicks,
    one.values.email_clicks AS email_clicks,
    one.values.address_clicks AS address_clicks
FROM landing_profile_snapshots
ARRAY JOIN days AS one;
