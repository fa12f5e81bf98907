-- One row per account and UTC day, on a grid without holes from the first day TikTok spoke of to the last. Demographics
-- are of the day they were observed on, activity by the hour is of the day it speaks of. Of each the last list with
-- anything in it, as a map, empty where there was none; a label that stands twice in it counts as one (ADR 9).
WITH
    items -> arrayMap(
        label -> (label, arraySum(arrayFilter(item -> item.1 = label, items).2)), arrayDistinct(items.1)
    ) AS added_up,
    items -> if(length(arrayDistinct(items.1)) = length(items), items, added_up(items)) AS once_each,
    items -> once_each(arrayMap(
        item -> (item.1, assumeNotNull(item.2)), arrayFilter(item -> isNotNull(item.2), items)
    )) AS known,
    observed AS (
        SELECT workspace_id, account_id, any(channel) AS channel, toDate(observed_at) AS day,
            max(observed_at) AS seen_at,
            ${each_list_of_profile:argMaxIf(FIELD, rank, FIELD != '[]') AS last_FIELD}
        FROM (
            SELECT *, toUnixTimestamp64Milli(observed_at) + if(source = 'api', 1000000000000000, 0) AS rank
            FROM audience_facts FINAL
            WHERE ${facts_of_accounts}
        )
        GROUP BY workspace_id, account_id, day
    ),
    spoken_of AS (
        SELECT workspace_id, account_id, any(channel) AS channel, day, max(observed_at) AS said_at,
            ${each_list_of_profile_day:argMaxIf(FIELD, rank, FIELD != '[]') AS last_FIELD}
        FROM (
            SELECT *, toUnixTimestamp64Milli(observed_at) + if(source = 'api', 1000000000000000, 0) AS rank
            FROM profile_day_facts FINAL
            WHERE ${facts_of_accounts}
        )
        GROUP BY workspace_id, account_id, day
    ),
    grid AS (
        SELECT workspace_id, account_id, any(channel) AS channel,
            arrayJoin(arrayMap(step -> min(day) + step, range(toUInt32(max(day) - min(day)) + 1))) AS day
        FROM (
            SELECT workspace_id, account_id, channel, day FROM observed
            UNION ALL
            SELECT workspace_id, account_id, channel, day FROM spoken_of
        )
        GROUP BY workspace_id, account_id
    )
SELECT grid.workspace_id AS workspace_id, grid.account_id AS account_id, grid.channel AS channel, grid.day AS day,
    ${each_list:CAST(
        known(JSONExtract(ifNull(last_FIELD, '[]'), 'Array(Tuple(LABEL String, NUMBER Nullable(TYPE)))')),
        'Map(LowCardinality(String), TYPE)'
    ) AS FIELD},
    nullIf(greatest(said_at, seen_at), toDateTime64(0, 3, 'UTC')) AS observed_at,
    {version:UInt64} AS version,
    0 AS is_deleted
FROM grid
LEFT JOIN observed USING (workspace_id, account_id, day)
LEFT JOIN spoken_of USING (workspace_id, account_id, day)
