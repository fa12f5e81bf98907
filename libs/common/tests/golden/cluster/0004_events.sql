-- What is known of accounts and posts besides TikTok's figures. Events enter as snapshots do: as their JSON bytes.
CREATE TABLE landing_post_lifecycle ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    post_id String,
    change LowCardinality(String),
    why Nullable(String),
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    CONSTRAINT workspace_id_is_given CHECK workspace_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT account_id_is_given CHECK account_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT channel_is_given CHECK channel != '',
    CONSTRAINT post_id_is_given CHECK post_id != '',
    CONSTRAINT change_is_known CHECK change IN ('first-seen', 'gone', 'back'),
    CONSTRAINT observed_at_is_plausible CHECK
        observed_at >= '2016-09-01 00:00:00' AND observed_at < '2100-01-01 00:00:00',
    CONSTRAINT recorded_at_is_plausible CHECK
        recorded_at >= '2016-09-01 00:00:00' AND recorded_at < '2100-01-01 00:00:00',
    CONSTRAINT source_is_known CHECK source IN ('api', 'studio_csv')
) ENGINE = Null;

CREATE TABLE landing_post_labels ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    post_id String,
    label_ids Array(UUID),
    plan_ids Array(UUID),
    -- Signed, so that a negative number is seen instead of wrapped.
    revision Int64,
    changed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    CONSTRAINT workspace_id_is_given CHECK workspace_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT account_id_is_given CHECK account_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT channel_is_given CHECK channel != '',
    CONSTRAINT post_id_is_given CHECK post_id != '',
    CONSTRAINT revision_is_not_negative CHECK revision >= 0,
    CONSTRAINT changed_at_is_plausible CHECK
        changed_at >= '2016-09-01 00:00:00' AND changed_at < '2100-01-01 00:00:00',
    CONSTRAINT recorded_at_is_plausible CHECK
        recorded_at >= '2016-09-01 00:00:00' AND recorded_at < '2100-01-01 00:00:00',
    CONSTRAINT source_is_known CHECK source = 'workspace'
) ENGINE = Null;

CREATE TABLE landing_accounts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    change LowCardinality(String),
    status LowCardinality(String),
    is_business_account Nullable(Bool),
    scopes Array(LowCardinality(String)),
    connected_at Nullable(DateTime64(3, 'UTC')),
    changed_at DateTime64(3, 'UTC'),
    revision Int64,
    CONSTRAINT workspace_id_is_given CHECK workspace_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT account_id_is_given CHECK account_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT channel_is_given CHECK channel != '',
    CONSTRAINT change_is_given CHECK change != '',
    CONSTRAINT status_is_known CHECK status IN ('connected', 'lost_access', 'disconnected', 'erased'),
    CONSTRAINT connected_at_is_plausible CHECK ifNull(
        connected_at >= '2016-09-01 00:00:00' AND connected_at < '2100-01-01 00:00:00', true),
    CONSTRAINT changed_at_is_plausible CHECK
        changed_at >= '2016-09-01 00:00:00' AND changed_at < '2100-01-01 00:00:00',
    CONSTRAINT revision_is_not_negative CHECK revision >= 0
) ENGINE = Null;

CREATE TABLE landing_collection_status ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    state LowCardinality(String),
    reason Nullable(String),
    since DateTime64(3, 'UTC'),
    last_profile_at Nullable(DateTime64(3, 'UTC')),
    last_listing_at Nullable(DateTime64(3, 'UTC')),
    next_due Nullable(DateTime64(3, 'UTC')),
    revision Int64,
    CONSTRAINT workspace_id_is_given CHECK workspace_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT account_id_is_given CHECK account_id != toUUID('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT state_is_given CHECK state != '',
    CONSTRAINT since_is_plausible CHECK since >= '2016-09-01 00:00:00' AND since < '2100-01-01 00:00:00',
    CONSTRAINT last_times_are_plausible CHECK NOT arrayExists(
        one -> one < '2016-09-01 00:00:00' OR one >= '2100-01-01 00:00:00', [last_profile_at, last_listing_at, next_due]),
    CONSTRAINT revision_is_not_negative CHECK revision >= 0
) ENGINE = Null;

CREATE TABLE lifecycle_facts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    post_id String,
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    change LowCardinality(String),
    why Nullable(String),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(recorded_at)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (workspace_id, account_id, post_id, observed_at, source)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Of two revisions of the same moment the higher one counts, whichever was recorded later.
CREATE TABLE label_facts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    post_id String,
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    label_ids Array(UUID),
    plan_ids Array(UUID),
    revision UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(revision)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (workspace_id, account_id, post_id, observed_at, source)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The state of a connection from each change on; names and ids at TikTok stay with auth-service.
CREATE TABLE connection_facts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    channel LowCardinality(String),
    changed_at DateTime64(3, 'UTC'),
    revision UInt64,
    change LowCardinality(String),
    status LowCardinality(String),
    is_business_account Nullable(Bool),
    scopes Array(LowCardinality(String)),
    connected_at Nullable(DateTime64(3, 'UTC')),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(revision)
ORDER BY (workspace_id, account_id, changed_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Each spell of a collection state with the last that was told of it.
CREATE TABLE collection_facts ON CLUSTER 'main' (
    workspace_id UUID,
    account_id UUID,
    since DateTime64(3, 'UTC'),
    revision UInt64,
    state LowCardinality(String),
    reason Nullable(String),
    last_profile_at Nullable(DateTime64(3, 'UTC')),
    last_listing_at Nullable(DateTime64(3, 'UTC')),
    next_due Nullable(DateTime64(3, 'UTC')),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(revision)
PARTITION BY toYYYYMM(since)
ORDER BY (workspace_id, account_id, since)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW landing_to_lifecycle_facts ON CLUSTER 'main' TO lifecycle_facts AS
SELECT workspace_id, account_id, channel, post_id, observed_at, recorded_at, source, change, why
FROM landing_post_lifecycle;

CREATE MATERIALIZED VIEW landing_to_label_facts ON CLUSTER 'main' TO label_facts AS
SELECT
    workspace_id, account_id, channel, post_id, changed_at AS observed_at, recorded_at, source, label_ids, plan_ids,
    toUInt64(revision) AS revision
FROM landing_post_labels;

CREATE MATERIALIZED VIEW landing_to_connection_facts ON CLUSTER 'main' TO connection_facts AS
SELECT
    workspace_id, account_id, channel, changed_at, toUInt64(revision) AS revision, change, status, is_business_account,
    scopes, connected_at
FROM landing_accounts;

CREATE MATERIALIZED VIEW landing_to_collection_facts ON CLUSTER 'main' TO collection_facts AS
SELECT
    workspace_id, account_id, since, toUInt64(revision) AS revision, state, reason, last_profile_at, last_listing_at,
    next_due
FROM landing_collection_status;

ALTER TABLE post_latest ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS gone_at Nullable(DateTime64(3, 'UTC'));
