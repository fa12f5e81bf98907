-- One row per post and UTC day, on a grid without holes from the day of publishing (of a post listed within 24 hours of
-- it) or of the first observation (of others) to the last observation. Each counter grows from closing to closing; what
-- happened in a gap is spread over its days and marked as estimated; before a baseline and after the last closing: null.
WITH
    -- What is known of a counter, oldest first: where it began, 0 or unknown, then the days that gave a value.
    closings -> arrayConcat(
        [(first_day - 1, if(is_fresh, 0, NULL))], arraySort(closing -> closing.1, closings)
    ) AS from_baseline,
    known -> arrayMap(
        (before, after) -> (after.2 - before.2, after.1 - before.1), arrayPopBack(known), arrayPopFront(known)
    ) AS gaps,
    gap -> gap.2 > 1 AND isNotNull(gap.1) AS is_spread,
    -- Whole numbers: the quotient each, and the rest, with its sign, to the earliest days. Else equal parts.
    (amount, days, place) -> intDiv(amount, days) + if(place < abs(amount % days), sign(amount), 0) AS whole_part,
    gap -> arrayMap(place -> (whole_part(gap.1, gap.2, place), is_spread(gap)), range(gap.2)) AS whole_days,
    gap -> arrayMap(place -> (gap.1 / gap.2, is_spread(gap)), range(gap.2)) AS equal_days
SELECT workspace_id, account_id, channel, post_id, first_day + step AS day,
    ${each:growth_of_FIELD.1 AS FIELD},
    arrayFilter((name, is_estimated) -> is_estimated, [${each:'FIELD'}], [${each:growth_of_FIELD.2}]) AS estimated,
    {version:UInt64} AS version,
    0 AS is_deleted
FROM (
    SELECT workspace_id, account_id, channel, post_id, first_day, grid_days,
        arrayMap(
            known -> arrayResize(arrayFlatten(arrayMap(gap -> whole_days(gap), gaps(known))), grid_days),
            arrayMap(closings -> from_baseline(closings), whole_numbers)
        ) AS whole_growth,
        arrayMap(
            known -> arrayResize(arrayFlatten(arrayMap(gap -> equal_days(gap), gaps(known))), grid_days),
            arrayMap(closings -> from_baseline(closings), other_numbers)
        ) AS other_growth,
        ${each_integer:whole_growth[PLACE] AS growth_of_FIELD},
        ${each_number:other_growth[PLACE] AS growth_of_FIELD}
    FROM (
        SELECT *,
            arrayFilter(moment -> moment >= toUnixTimestamp64Milli(listed_at) / 1000 - 86400, stated) AS published,
            notEmpty(published) AS is_fresh,
            toDate(listed_at) - (is_fresh AND arrayMin(published) < toUnixTimestamp(toStartOfDay(listed_at))) AS first_day,
            toUInt32(last_day - first_day) + 1 AS grid_days
        FROM (
            SELECT workspace_id, account_id, post_id, any(channel) AS channel,
                min(first_at) AS listed_at, max(day) AS last_day, groupUniqArrayArray(stated_on_day) AS stated,
                -- Days and values that were given, side by side: groupArray passes over nulls.
                [${each_integer:arrayZip(groupArrayIf(day, isNotNull(FIELD)), groupArray(FIELD))}] AS whole_numbers,
                [${each_number:arrayZip(groupArrayIf(day, isNotNull(FIELD)), groupArray(FIELD))}] AS other_numbers
            FROM (
                SELECT workspace_id, account_id, post_id, any(channel) AS channel, toDate(observed_at) AS day,
                    min(observed_at) AS first_at, groupUniqArray(create_time) AS stated_on_day,
                    ${each:argMax(FIELD, rank) AS FIELD}
                FROM (
                    SELECT *,
                        -- The API before imports, then by time. One number, because it is compared for every field.
                        toUnixTimestamp64Milli(observed_at) + if(source = 'api', 1000000000000000, 0) AS rank
                    FROM post_facts FINAL
                    WHERE ${facts_of_posts}
                )
                GROUP BY workspace_id, account_id, post_id, day
            )
            GROUP BY workspace_id, account_id, post_id
        )
    )
)
ARRAY JOIN range(grid_days) AS step, ${each:growth_of_FIELD}
