"""Every line of the rollup of accounts matters: break it anywhere, and its answers differ from the oracle's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from metrics_aggregator.domain.records import Account

from ..tests.growth import FIRST_DAY, RECORDED  # type: ignore[import-not-found]
from ..tests.profiles import Profile, expected, profiles  # type: ignore[import-not-found]
from .judging import CUT, Series, accounts, collected, unnoticed

HISTORIES = 150
# With a real-time total of 1000: just within half of it and just not, equally near, one series alone.
SERIES = ((500, None), (499, None), (None, 1500), (None, 1501), (990, 1010), (1010, 990), (400, 1600), (900, 1050))
ON_THE_GRID = "the grid has every day and every account of what is joined to it"
NO_DISTANCE = "without a series or without a real-time total no distance is known, so the series is unknown anyway"
# They change nothing that can be seen, for the reason given.
HARMLESS: Mapping[str, str] = {
    "'LEFT JOIN' → 'FULL JOIN' in: FULL JOIN days USING (workspace_id, account_id, day)": ON_THE_GRID,
    "'LEFT JOIN' → 'FULL JOIN' in: FULL JOIN live USING (workspace_id, account_id, day)": ON_THE_GRID,
    "'LEFT JOIN' → 'FULL JOIN' in: FULL JOIN chosen USING (workspace_id, account_id)": ON_THE_GRID,
    "'INNER JOIN' → 'LEFT JOIN' in: LEFT JOIN (": NO_DISTANCE,
    "'INNER JOIN' → 'RIGHT JOIN' in: RIGHT JOIN (": NO_DISTANCE,
    "'first_' → 'second_' in: second_fits, 'ambiguous',": "what is left there is equally near: both fit, or none",
}


def corpus() -> list[Series]:
    histories = [*collected(profiles(), HISTORIES), *map(_answer, SERIES)]
    return [_series(account, history) for account, history in zip(accounts(len(histories)), histories, strict=True)]


def _answer(series: tuple[int | None, int | None]) -> list[Profile]:
    first, second = series
    values = {"followers_count": first, "daily_total_followers": second}
    return [Profile(observed_at=FIRST_DAY, total=1000, days={0: values})]


def _series(account: Account, history: list[Profile]) -> Series:
    def rows(known_at: datetime) -> list[Mapping[str, object]]:
        known = [one for one in history if RECORDED + timedelta(seconds=one.record) <= known_at]
        found: list[Mapping[str, object]] = expected(known)
        return found

    return Series(
        account=account,
        told=[(one.record, one.told(account)) for one in history],
        rows=rows,
        has_a_past=_has_a_past(history),
    )


def _has_a_past(history: list[Profile]) -> bool:
    """Not if something was recorded again after the cut: of its first record some days would be known, some not."""
    records: dict[object, set[bool]] = {}
    for one in history:
        is_known = RECORDED + timedelta(seconds=one.record) <= CUT
        records.setdefault((one.observed_at, one.source), set()).add(is_known)
    return all(len(known) == 1 for known in records.values())


async def test_each_broken_line_is_noticed(tmp_path: Path) -> None:
    assert await unnoticed(tmp_path, "account_day", corpus()) == HARMLESS.keys()
