"""Coverage of what posts have to date, by the UTC day they were published on.

`SELECT * FROM coverage_published(workspace_id = …, accounts = […], from = …, to = …, now = …)`. A day's posts are known
once the account was asked after it had settled; their figures grow on, and are final as figures to date.
"""

from common.catalog import Grain, catalog
from common.catalog.coverage import MetricGroup, metric_groups
from common.warehouse.coverage_parts import SETTLED, cells, common, told_fields

_COVERAGE_PUBLISHED = """
CREATE OR REPLACE VIEW coverage_published${{on_cluster}} AS
WITH{standing}
    seen AS (
        SELECT account_id, max(observed_at) AS seen_at
        FROM (
            SELECT account_id, observed_at FROM post_latest FINAL WHERE {mine}
            UNION ALL
            -- An account without a post is seen by its profile.
            SELECT account_id, observed_at FROM account_facts FINAL WHERE {mine} AND source = 'api'
        )
        GROUP BY account_id
    ),
    published AS (
        SELECT account_id, toDate(assumeNotNull(published_at)) AS day, max(observed_at) AS observed_at
        FROM post_latest FINAL
        WHERE {mine} AND published_at >= {{from:Date}} AND published_at < {{to:Date}}
        GROUP BY account_id, day
    ),
    grid AS (
        SELECT arrayJoin({{accounts:Array(UUID)}}) AS account_id, arrayJoin({every_day}) AS day
    )
SELECT account_id, day, metric_group, groupArray(field) AS fields, status, as_of
FROM (
    SELECT account_id, day, metric_group, field, observed_at AS as_of,
        multiIf({never}
            day <= {settled_seen}, if(day <= {settled_now}, 'final', 'provisional'),{stopped}
            connection_status = 'connected' AND day > {settled_now}, 'provisional',
            'not_collected'
        ) AS status
    FROM (
        SELECT grid.account_id AS account_id, grid.day AS day, seen_at,
            if(published.day = grid.day, published.observed_at, NULL) AS observed_at,{standing_columns},
            described.1 AS field, described.2 AS metric_group, described.3 AS scope, described.4 AS gate,
            described.5 AS latency_hours
        FROM grid
        LEFT JOIN published ON published.account_id = grid.account_id AND published.day = grid.day
        LEFT JOIN seen ON seen.account_id = grid.account_id
        LEFT JOIN connections ON connections.account_id = grid.account_id
        LEFT JOIN collections ON collections.account_id = grid.account_id
        ARRAY JOIN [{described}] AS described
    )
)
GROUP BY account_id, day, metric_group, status, as_of
ORDER BY account_id, day, metric_group, status
"""


def published_groups() -> tuple[MetricGroup, ...]:
    """The metric groups of a post that `coverage_published` tells: all there are."""
    return metric_groups(catalog(), Grain.POST)


def published_statement() -> str:
    """`CREATE OR REPLACE VIEW`, with the placement still to be filled in."""
    told = told_fields(published_groups())
    return _COVERAGE_PUBLISHED.format(
        **common(told),
        described=", ".join(f"({cells(group, name)})" for group, name in told),
        settled_seen=SETTLED.format(moment="seen_at"),
    )
