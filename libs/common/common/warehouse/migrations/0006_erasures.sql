-- Which accounts were erased and when, for ever: the one table that an erasure leaves alone. No name, no id at TikTok.
CREATE TABLE erasures${on_cluster} (
    workspace_id UUID,
    account_id UUID,
    erased_at DateTime64(3, 'UTC'),
    noted_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ${replicated}ReplacingMergeTree(erased_at)
ORDER BY (workspace_id, account_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
