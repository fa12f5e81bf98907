-- One row per post: each field is the last good value TikTok gave, so a counter that pauses keeps its number. Of a
-- breakdown the last list with anything in it, as a map; a label that stands twice in it counts as one (ADR 9).
-- Of one observation recorded twice the later record counts, whole: FINAL, or it would hang on merges.
-- The API counts before imports, then the later: as one number, because it is compared for every field. What the API has
-- spoken of is as of the last time it did.
-- A post that was last said to be gone is gone since then; one that was never listed has no row.
WITH
    items -> arrayMap(
        label -> (label, arraySum(arrayFilter(item -> item.1 = label, items).2)), arrayDistinct(items.1)
    ) AS added_up,
    items -> if(length(arrayDistinct(items.1)) = length(items), items, added_up(items)) AS once_each,
    items -> once_each(arrayMap(
        item -> (item.1, assumeNotNull(item.2)), arrayFilter(item -> isNotNull(item.2), items)
    )) AS known
SELECT workspace_id, account_id, channel, post_id,
    toDateTime(create_time, 'UTC') AS published_at,
    lower(media_type) AS format,
    ${fields},
    ${each_list:CAST(
        known(JSONExtract(ifNull(last_FIELD, '[]'), 'Array(Tuple(LABEL String, NUMBER Nullable(TYPE)))')),
        'Map(LowCardinality(String), TYPE)'
    ) AS FIELD},
    first_observed_at,
    last_observed_at AS observed_at,
    gone_at,
    {version:UInt64} AS version,
    0 AS is_deleted
FROM (
    SELECT workspace_id, account_id, post_id, any(channel) AS channel,
        min(observed_at) AS first_observed_at,
        ifNull(maxOrNullIf(observed_at, source = 'api'), max(observed_at)) AS last_observed_at,
        ${last_good_values}
    FROM (
        SELECT *, toUnixTimestamp64Milli(observed_at) + if(source = 'api', 1000000000000000, 0) AS rank
        FROM post_facts FINAL
        WHERE ${facts_of_posts}
    )
    GROUP BY workspace_id, account_id, post_id
) AS posts
LEFT JOIN (
    SELECT workspace_id, account_id, post_id,
        if(argMax(change, rank) = 'gone', max(observed_at), NULL) AS gone_at
    FROM (
        SELECT *, (observed_at, source = 'api') AS rank
        FROM lifecycle_facts FINAL
        WHERE ${facts_of_posts}
    )
    GROUP BY workspace_id, account_id, post_id
) AS lifecycle USING (workspace_id, account_id, post_id)
LEFT JOIN (
    SELECT workspace_id, account_id, post_id, ${each_list:argMaxIf(FIELD, rank, FIELD != '[]') AS last_FIELD}
    FROM (
        SELECT *, toUnixTimestamp64Milli(observed_at) + if(source = 'api', 1000000000000000, 0) AS rank
        FROM traffic_facts FINAL
        WHERE ${facts_of_posts}
    )
    GROUP BY workspace_id, account_id, post_id
) AS lists USING (workspace_id, account_id, post_id)
