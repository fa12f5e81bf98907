-- One row per account and UTC day, on a grid without holes from the first day TikTok spoke of to the last.
-- Each field is the last good value TikTok gave for that day; a later silence does not undo it.
-- Of one observation recorded twice the later record counts, whole: FINAL, or it would hang on merges.
-- The API counts before imports, then the later: as one number, because it is compared for every field.
-- The follower total: of TikTok's two series the one nearest to the real-time total, if within half of it, is the total
-- and the other the net change; on days it does not reach yet, the last real-time total observed on that day; on days the
-- API says nothing of, what a file says, whose first series is always the total and whose second the net change (ADR 20).
-- What was recorded again with nothing in it, because its import was undone, was observed no more.
WITH
    days AS (
        SELECT workspace_id, account_id, any(channel) AS channel, day,
            maxIf(observed_at, field_set != 'studio_retraction.v1') AS said_at,
            argMax(api_followers, rank) AS first_series, argMax(api_total_followers, rank) AS second_series,
            argMax(file_followers, rank) AS file_total, argMax(file_net_followers, rank) AS file_net,
            ${last_good_values}
        FROM (
            SELECT *, toUnixTimestamp64Milli(observed_at) + if(source = 'api', 1000000000000000, 0) AS rank,
                if(source = 'api', followers_count, NULL) AS api_followers,
                if(source = 'api', daily_total_followers, NULL) AS api_total_followers,
                if(source = 'api', NULL, followers_count) AS file_followers,
                if(source = 'api', NULL, daily_total_followers) AS file_net_followers
            FROM profile_day_facts FINAL
            WHERE ${facts_of_accounts}
        )
        GROUP BY workspace_id, account_id, day
    ),
    live AS (
        SELECT workspace_id, account_id, any(channel) AS channel, toDate(observed_at) AS day,
            max(observed_at) AS seen_at, argMax(followers_count, observed_at) AS live_followers
        FROM account_facts FINAL
        WHERE source = 'api' AND ${facts_of_accounts}
        GROUP BY workspace_id, account_id, day
    ),
    grid AS (
        SELECT workspace_id, account_id, any(channel) AS channel,
            arrayJoin(arrayMap(step -> min(day) + step, range(toUInt32(max(day) - min(day)) + 1))) AS day
        FROM (
            SELECT workspace_id, account_id, channel, day FROM days
            UNION ALL
            SELECT workspace_id, account_id, channel, day FROM live
        )
        GROUP BY workspace_id, account_id
    ),
    candidates AS (
        SELECT workspace_id, account_id, total_now,
            abs(first_series - total_now) AS first_distance,
            abs(second_series - total_now) AS second_distance
        FROM (
            SELECT workspace_id, account_id,
                argMax(days.first_series, day) AS first_series, argMax(days.second_series, day) AS second_series
            FROM days GROUP BY workspace_id, account_id
        ) AS said
        INNER JOIN (
            SELECT workspace_id, account_id, argMax(live_followers, day) AS total_now
            FROM live GROUP BY workspace_id, account_id
        ) AS now_total USING (workspace_id, account_id)
    ),
    chosen AS (
        SELECT workspace_id, account_id,
            2 * first_distance <= total_now AS first_fits,
            2 * second_distance <= total_now AS second_fits,
            multiIf(
                first_fits AND coalesce(first_distance < second_distance, true), 'followers_count',
                second_fits AND coalesce(second_distance < first_distance, true), 'daily_total_followers',
                -- Neither is nearer: if one fits, so does the other.
                first_fits, 'ambiguous',
                'unknown'
            ) AS follower_series
        FROM candidates
    ),
    joined AS (
        SELECT grid.workspace_id AS workspace_id, grid.account_id AS account_id, grid.channel AS channel,
            grid.day AS day, said_at, seen_at, live_followers, follower_series,
            ${fields},
            multiIf(
                follower_series = 'followers_count', first_series,
                follower_series = 'daily_total_followers', second_series,
                NULL
            ) AS api_total,
            multiIf(
                follower_series = 'followers_count', second_series,
                follower_series = 'daily_total_followers', first_series,
                NULL
            ) AS net,
            coalesce(api_total, file_total) AS total, file_total, file_net
        FROM grid
        LEFT JOIN days USING (workspace_id, account_id, day)
        LEFT JOIN live USING (workspace_id, account_id, day)
        LEFT JOIN chosen USING (workspace_id, account_id)
    )
SELECT workspace_id, account_id, channel, day,
    ${fields},
    coalesce(api_total, live_followers, file_total) AS followers,
    coalesce(
        daily_new_followers - daily_lost_followers,
        net,
        api_total - lagInFrame(api_total) OVER (PARTITION BY workspace_id, account_id ORDER BY day),
        file_net,
        total - lagInFrame(total) OVER (PARTITION BY workspace_id, account_id ORDER BY day)
    ) AS net_followers,
    if(follower_series = '', 'unknown', follower_series) AS follower_series,
    isNull(api_total) AND isNotNull(live_followers) AS followers_are_live,
    nullIf(greatest(said_at, seen_at), toDateTime64(0, 3, 'UTC')) AS observed_at,
    {version:UInt64} AS version,
    0 AS is_deleted
FROM joined
