"""The log of restatements: each change of a figure of an account's day after it was first given.

`SELECT * FROM restatements(workspace_id = …, accounts = […], from = …, to = …)`: which day's which field, as TikTok
names it, `before` and `after`, when the new value was observed, and since when it is known here.
"""

from common.catalog import Grain
from common.warehouse.columns import scalar_fields

# A day's figure at any moment is the one with the highest rank among those recorded by then, as in rollup account_day;
# so a value that was observed earlier and recorded later changes nothing. Records of one moment count together.
_RESTATEMENTS = """
CREATE OR REPLACE VIEW restatements${{on_cluster}} AS
SELECT account_id, day, field, before, after, observed_at, recorded_at
FROM (
    SELECT *, lagInFrame(after) OVER (
        PARTITION BY account_id, day, field ORDER BY recorded_at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW
    ) AS before
    FROM (
        SELECT account_id, day, field, recorded_at,
            argMax(figure, rank) OVER known AS after,
            argMax(seen_at, rank) OVER known AS observed_at
        FROM (
            SELECT account_id, day, field, figure, recorded_at, observed_at AS seen_at,
                (source = 'api', observed_at, recorded_at) AS rank
            FROM profile_day_facts FINAL
            ARRAY JOIN [{names}] AS field, [{fields}] AS figure
            WHERE workspace_id = {{workspace_id:UUID}} AND account_id IN {{accounts:Array(UUID)}}
              AND day >= {{from:Date}} AND day < {{to:Date}} AND isNotNull(figure)
        )
        WINDOW known AS (
            PARTITION BY account_id, day, field ORDER BY recorded_at
            RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
    )
)
WHERE before != after
ORDER BY account_id, day, field, recorded_at
"""


def restatement_statements() -> tuple[str, ...]:
    """`CREATE OR REPLACE VIEW`, with the placement still to be filled in."""
    names = [field.name for field in scalar_fields(Grain.PROFILE_DAY)]
    quoted = ", ".join(f"'{name}'" for name in names)
    return (_RESTATEMENTS.format(names=quoted, fields=", ".join(names)),)
