"""Every line of the rollup of audiences matters: break it anywhere, and its answers are not the expected ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from metrics_aggregator.domain.records import Account

from ..tests.audience import Seen, expected, histories  # type: ignore[import-not-found]
from .judging import Series, accounts, collected, unnoticed

HISTORIES = 150
ON_THE_GRID = "the grid has every day of what is joined to it"
# They change nothing that can be seen, for the reason given.
HARMLESS: Mapping[str, str] = {
    "'LEFT JOIN' → 'FULL JOIN' in: FULL JOIN observed USING (workspace_id, account_id, day)": ON_THE_GRID,
    "'LEFT JOIN' → 'FULL JOIN' in: FULL JOIN spoken_of USING (workspace_id, account_id, day)": ON_THE_GRID,
    "\"'[]'\" → \"''\" in: known(JSONExtract(ifNull(last_FIELD, ''), "
    "'Array(Tuple(LABEL String, NUMBER Nullable(TYPE)))')),": "an empty text holds no items either",
    "'if(length(arrayDistinct(items.1)) = length(items), items, added_up(items))' → 'added_up(items)' "
    "in: items -> added_up(items) AS once_each,": "items without twins add up to themselves, only slower",
}


def corpus() -> list[Series]:
    found = collected(histories(), HISTORIES)
    return [_series(account, history) for account, history in zip(accounts(len(found)), found, strict=True)]


def _series(account: Account, history: Sequence[Seen]) -> Series:
    def rows(known_at: datetime) -> list[Mapping[str, object]]:
        return [{**row, "day": day} for day, row in expected(history, known_at=known_at).items()]

    ids = {"workspace_id": account.workspace_id, "account_id": account.account_id}
    told = [(one.record, ("landing_profile_snapshots", one.value(**ids))) for one in history]
    return Series(account=account, told=told, rows=rows)


async def test_each_broken_line_is_noticed(tmp_path: Path) -> None:
    assert await unnoticed(tmp_path, "audience_day", corpus()) == HARMLESS.keys()
