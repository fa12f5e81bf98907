-- Breakdowns: lists of a label and a number. Facts keep them as TikTok wrote them, so that not given, empty and a label
-- said twice stay apart; rollups hold the last good list as a map. Breakdowns of earlier snapshots come in by `replay`.

-- A landing table has no rows, and its views know it by name: replaced at once, no insert falls into a gap. A list with
-- an item that lacks its label, or with something else than a number beside it, is refused: it would be misread later.
CREATE OR REPLACE TABLE landing_post_snapshots ON CLUSTER 'main' (
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
        address_clicks Nullable(Int64),
        video_view_retention Nullable(String),
        engagement_likes Nullable(String),
        impression_sources Nullable(String),
        audience_genders Nullable(String),
        audience_countries Nullable(String),
        audience_cities Nullable(String),
        audience_types Nullable(String)
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
    ]),
    CONSTRAINT video_view_retention_is_usable CHECK isNull(values.video_view_retention) OR (
        JSONType(assumeNotNull(values.video_view_retention)) = 'Array'
        AND JSONLength(assumeNotNull(values.video_view_retention)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(values.video_view_retention), 'Array(Tuple(second Nullable(String)))')
        )
        AND NOT match(assumeNotNull(values.video_view_retention), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT engagement_likes_is_usable CHECK isNull(values.engagement_likes) OR (
        JSONType(assumeNotNull(values.engagement_likes)) = 'Array'
        AND JSONLength(assumeNotNull(values.engagement_likes)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(values.engagement_likes), 'Array(Tuple(second Nullable(String)))')
        )
        AND NOT match(assumeNotNull(values.engagement_likes), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT impression_sources_is_usable CHECK isNull(values.impression_sources) OR (
        JSONType(assumeNotNull(values.impression_sources)) = 'Array'
        AND JSONLength(assumeNotNull(values.impression_sources)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(values.impression_sources), 'Array(Tuple(impression_source Nullable(String)))')
        )
        AND NOT match(assumeNotNull(values.impression_sources), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT audience_genders_is_usable CHECK isNull(values.audience_genders) OR (
        JSONType(assumeNotNull(values.audience_genders)) = 'Array'
        AND JSONLength(assumeNotNull(values.audience_genders)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(values.audience_genders), 'Array(Tuple(gender Nullable(String)))')
        )
        AND NOT match(assumeNotNull(values.audience_genders), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT audience_countries_is_usable CHECK isNull(values.audience_countries) OR (
        JSONType(assumeNotNull(values.audience_countries)) = 'Array'
        AND JSONLength(assumeNotNull(values.audience_countries)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(values.audience_countries), 'Array(Tuple(country Nullable(String)))')
        )
        AND NOT match(assumeNotNull(values.audience_countries), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT audience_cities_is_usable CHECK isNull(values.audience_cities) OR (
        JSONType(assumeNotNull(values.audience_cities)) = 'Array'
        AND JSONLength(assumeNotNull(values.audience_cities)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(values.audience_cities), 'Array(Tuple(city_name Nullable(String)))')
        )
        AND NOT match(assumeNotNull(values.audience_cities), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT audience_types_is_usable CHECK isNull(values.audience_types) OR (
        JSONType(assumeNotNull(values.audience_types)) = 'Array'
        AND JSONLength(assumeNotNull(values.audience_types)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(values.audience_types), 'Array(Tuple(type Nullable(String)))')
        )
        AND NOT match(assumeNotNull(values.audience_types), '"percentage"\\s*:\\s*[^0-9n\\s]')
    )
) ENGINE = Null;

CREATE OR REPLACE TABLE landing_profile_snapshots ON CLUSTER 'main' (
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
        videos_count Nullable(Int64),
        audience_ages Nullable(String),
        audience_genders Nullable(String),
        audience_countries Nullable(String),
        audience_cities Nullable(String)
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
            address_clicks Nullable(Int64),
            audience_activity Nullable(String)
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
    CONSTRAINT days_are_plausible CHECK NOT arrayExists(one -> one < '2016-09-01', days.date),
    CONSTRAINT audience_ages_is_usable CHECK isNull(profile.audience_ages) OR (
        JSONType(assumeNotNull(profile.audience_ages)) = 'Array'
        AND JSONLength(assumeNotNull(profile.audience_ages)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(profile.audience_ages), 'Array(Tuple(age Nullable(String)))')
        )
        AND NOT match(assumeNotNull(profile.audience_ages), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT audience_genders_is_usable CHECK isNull(profile.audience_genders) OR (
        JSONType(assumeNotNull(profile.audience_genders)) = 'Array'
        AND JSONLength(assumeNotNull(profile.audience_genders)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(profile.audience_genders), 'Array(Tuple(gender Nullable(String)))')
        )
        AND NOT match(assumeNotNull(profile.audience_genders), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT audience_countries_is_usable CHECK isNull(profile.audience_countries) OR (
        JSONType(assumeNotNull(profile.audience_countries)) = 'Array'
        AND JSONLength(assumeNotNull(profile.audience_countries)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(profile.audience_countries), 'Array(Tuple(country Nullable(String)))')
        )
        AND NOT match(assumeNotNull(profile.audience_countries), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT audience_cities_is_usable CHECK isNull(profile.audience_cities) OR (
        JSONType(assumeNotNull(profile.audience_cities)) = 'Array'
        AND JSONLength(assumeNotNull(profile.audience_cities)) = arrayCount(
            item -> isNotNull(item.1),
            JSONExtract(assumeNotNull(profile.audience_cities), 'Array(Tuple(city_name Nullable(String)))')
        )
        AND NOT match(assumeNotNull(profile.audience_cities), '"percentage"\\s*:\\s*[^0-9n\\s]')
    ),
    CONSTRAINT audience_activity_is_usable CHECK arrayAll(
        list -> JSONType(list) = 'Array'
        AND JSONLength(list) = arrayCount(
            item -> isNotNull(item.1), JSONExtract(list, 'Array(Tuple(hour Nullable(String)))')
        )
        AND NOT match(list, '"count"\\s*:\\s*([^0-9n\\s]|[0-9]+[.eE]|[0-9]{19})'),
        arrayMap(given -> assumeNotNull(given), arrayFilter(given -> isNotNull(given), days.values.audience_activity))
    )
) ENGINE = Null;

CREATE TABLE audience_facts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    field_set LowCardinality(String),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3),
    audience_ages Nullable(String) CODEC(ZSTD(1)),
    audience_genders Nullable(String) CODEC(ZSTD(1)),
    audience_countries Nullable(String) CODEC(ZSTD(1)),
    audience_cities Nullable(String) CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree(recorded_at)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (workspace_id, account_id, observed_at, source)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE traffic_facts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    post_id String,
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    field_set LowCardinality(String),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3),
    video_view_retention Nullable(String) CODEC(ZSTD(1)),
    engagement_likes Nullable(String) CODEC(ZSTD(1)),
    impression_sources Nullable(String) CODEC(ZSTD(1)),
    audience_genders Nullable(String) CODEC(ZSTD(1)),
    audience_countries Nullable(String) CODEC(ZSTD(1)),
    audience_cities Nullable(String) CODEC(ZSTD(1)),
    audience_types Nullable(String) CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree(recorded_at)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (workspace_id, account_id, post_id, observed_at, source)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE profile_day_facts ON CLUSTER 'main' ADD COLUMN audience_activity Nullable(String) CODEC(ZSTD(1));

-- An observation without any of them is no fact.
CREATE MATERIALIZED VIEW landing_to_audience_facts ON CLUSTER 'main' TO audience_facts AS
SELECT
    workspace_id, account_id, channel, observed_at, recorded_at, source, field_set,
    profile.audience_ages AS audience_ages,
    profile.audience_genders AS audience_genders,
    profile.audience_countries AS audience_countries,
    profile.audience_cities AS audience_cities
FROM landing_profile_snapshots
WHERE isNotNull(coalesce(
    profile.audience_ages, profile.audience_genders, profile.audience_countries, profile.audience_cities
));

-- An observation without any of them is no fact.
CREATE MATERIALIZED VIEW landing_to_traffic_facts ON CLUSTER 'main' TO traffic_facts AS
SELECT
    workspace_id, account_id, channel, post_id, observed_at, recorded_at, source, field_set,
    values.video_view_retention AS video_view_retention,
    values.engagement_likes AS engagement_likes,
    values.impression_sources AS impression_sources,
    values.audience_genders AS audience_genders,
    values.audience_countries AS audience_countries,
    values.audience_cities AS audience_cities,
    values.audience_types AS audience_types
FROM landing_post_snapshots
WHERE isNotNull(coalesce(
    values.video_view_retention, values.engagement_likes, values.impression_sources, values.audience_genders,
    values.audience_countries, values.audience_cities, values.audience_types
));

ALTER TABLE landing_to_profile_day_facts ON CLUSTER 'main' MODIFY QUERY
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
    one.values.address_clicks AS address_clicks,
    one.values.audience_activity AS audience_activity
FROM landing_profile_snapshots
ARRAY JOIN days AS one;

CREATE TABLE audience_day ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    day Date,
    audience_ages Map(LowCardinality(String), Float64),
    audience_genders Map(LowCardinality(String), Float64),
    audience_countries Map(LowCardinality(String), Float64),
    audience_cities Map(LowCardinality(String), Float64),
    audience_activity Map(LowCardinality(String), Int64),
    observed_at Nullable(DateTime64(3, 'UTC')),
    version UInt64,
    is_deleted UInt8
) ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
PARTITION BY toYear(day)
ORDER BY (workspace_id, account_id, day)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE post_latest ON CLUSTER 'main' ADD COLUMN video_view_retention Map(LowCardinality(String), Float64);
ALTER TABLE post_latest ON CLUSTER 'main' ADD COLUMN engagement_likes Map(LowCardinality(String), Float64);
ALTER TABLE post_latest ON CLUSTER 'main' ADD COLUMN impression_sources Map(LowCardinality(String), Float64);
ALTER TABLE post_latest ON CLUSTER 'main' ADD COLUMN audience_genders Map(LowCardinality(String), Float64);
ALTER TABLE post_latest ON CLUSTER 'main' ADD COLUMN audience_countries Map(LowCardinality(String), Float64);
ALTER TABLE post_latest ON CLUSTER 'main' ADD COLUMN audience_cities Map(LowCardinality(String), Float64);
ALTER TABLE post_latest ON CLUSTER 'main' ADD COLUMN audience_types Map(LowCardinality(String), Float64);
