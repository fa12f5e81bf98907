-- Posts come in quicker. The smallest counter is looked at instead of every one of a list of them, a sixth of an insert's
-- time; `least` passes over nulls. Texts become words of a dictionary where they are stored, not where they are parsed,
-- which is a fourteenth. The whole table, as constraints cannot be changed on engine Null.
CREATE OR REPLACE TABLE landing_post_snapshots${on_cluster} (
    workspace_id UUID,
    account_id UUID,
    channel String,
    post_id String,
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source String,
    field_set String,
    dropped_fields Array(String),
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
    CONSTRAINT counters_are_not_negative CHECK NOT ifNull(least(
        values.likes, values.comments, values.shares, values.favorites, values.reach, values.video_views,
        values.new_followers, values.profile_views, values.website_clicks, values.phone_number_clicks,
        values.lead_submissions, values.app_download_clicks, values.email_clicks, values.address_clicks
    ) < 0, false),
    CONSTRAINT amounts_are_not_negative CHECK NOT ifNull(least(
        values.video_duration, values.total_time_watched, values.average_time_watched, values.full_video_watched_rate
    ) < 0, false),
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
