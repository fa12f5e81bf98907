-- What each counter of a post grew by on each UTC day; null where that is not known. Recomputed from the facts, a whole
-- post at a time; the highest version wins. Days come before posts in the key: questions are about days of accounts.
CREATE TABLE post_day ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    post_id String,
    day Date,
    likes Nullable(Int64),
    comments Nullable(Int64),
    shares Nullable(Int64),
    favorites Nullable(Int64),
    reach Nullable(Int64),
    video_views Nullable(Int64),
    total_time_watched Nullable(Float64),
    new_followers Nullable(Int64),
    profile_views Nullable(Int64),
    website_clicks Nullable(Int64),
    phone_number_clicks Nullable(Int64),
    lead_submissions Nullable(Int64),
    app_download_clicks Nullable(Int64),
    email_clicks Nullable(Int64),
    address_clicks Nullable(Int64),
    estimated Array(LowCardinality(String)),
    version UInt64,
    is_deleted UInt8
) ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
PARTITION BY toYear(day)
ORDER BY (workspace_id, account_id, day, post_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
