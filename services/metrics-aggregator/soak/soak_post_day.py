"""Every line of the rollup of growth matters: break it anywhere, and its answers differ from the oracle's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from common.events.snapshot import Source
from metrics_aggregator.domain.records import Account

from ..tests.growth import FIRST_DAY, RECORDED, Said, histories, oracle  # type: ignore[import-not-found]
from .judging import Series, accounts, collected, unnoticed

ACCOUNTS, POSTS = 3, 50
# They change nothing that can be seen, for the reason given.
HARMLESS: Mapping[str, str] = {
    "'PLACE' → '1' in: ${each_number:other_growth[1] AS growth_of_FIELD}": "there is one such counter as yet",
}


def corpus() -> list[Series]:
    owners = accounts(ACCOUNTS)
    found = collected(histories(), ACCOUNTS * POSTS)
    found += [_restated(hours) for hours in ((1, 13), (1, 13), (13, 1), (13, 1))]
    found += [_listed_after(seconds) for seconds in (86_400, 86_401)]
    return [_series(owners[place % ACCOUNTS], f"p{place // ACCOUNTS}", history) for place, history in enumerate(found)]


def _series(account: Account, post_id: str, history: list[Said]) -> Series:
    def rows(known_at: datetime) -> list[Mapping[str, object]]:
        last = {(one.observed_at, one.source): one for one in sorted(history, key=lambda one: one.record)}
        known = [one for one in last.values() if RECORDED + timedelta(seconds=one.record) <= known_at]
        return [
            {
                "day": day,
                **{name: growth for name, (growth, _) in row.items()},
                "estimated": [name for name, (_, is_estimated) in row.items() if is_estimated],
            }
            for day, row in oracle()(known).items()
        ]

    ids = {"workspace_id": account.workspace_id, "account_id": account.account_id}
    told = [(one.record, ("landing_post_snapshots", one.value(post_id=post_id, **ids))) for one in history]
    return Series(account=account, post_id=post_id, told=told, rows=rows)


def _restated(hours_old: tuple[int, int]) -> list[Said]:
    """Two observations of one day that do not agree on which day the post was published."""
    noon = FIRST_DAY + timedelta(hours=12)
    return [
        Said(
            observed_at=noon + timedelta(hours=place),
            source=Source.API,
            values={"create_time": int((noon - timedelta(hours=hours)).timestamp()), "likes": 10},
            record=place,
        )
        for place, hours in enumerate(hours_old)
    ]


def _listed_after(seconds: int) -> list[Said]:
    """So long after it was published."""
    values = {"create_time": int(FIRST_DAY.timestamp()) - seconds, "likes": 10}
    return [Said(observed_at=FIRST_DAY, source=Source.API, values=values, record=0)]


async def test_each_broken_line_is_noticed(tmp_path: Path) -> None:
    assert await unnoticed(tmp_path, "post_day", corpus()) == HARMLESS.keys()
