"""Invented answers about profiles, and the oracle's opinion of the days they make."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from common.catalog import Grain
from common.events import RETRACTION, ProfileDay, ProfileSnapshotV1, encode
from common.events.snapshot import Source
from common.events.values import Values
from common.warehouse.columns import fact_columns
from metrics_aggregator.domain.records import Account

from .figures import figures
from .growth import FIRST_DAY, RECORDED
from .series import Row, Told, oracle

DAILY = oracle("daily")
FIELDS = tuple(fact_columns(Grain.PROFILE_DAY))


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One profile answer; days by their distance from the first."""

    observed_at: datetime
    source: Source = Source.API
    record: int = 0
    total: int | None
    days: Mapping[int, Values]
    taken_back: bool = False
    """An import that was undone: the same days with nothing in them."""

    def told(self, account: Account) -> Told:
        event = ProfileSnapshotV1(
            workspace_id=account.workspace_id,
            account_id=account.account_id,
            observed_at=self.observed_at,
            recorded_at=RECORDED + timedelta(seconds=self.record),
            source=self.source,
            field_set=RETRACTION if self.taken_back else "profile_full.v1",
            profile={"followers_count": self.total},
            days=tuple(ProfileDay(date=_day(day), values=dict(values)) for day, values in self.days.items()),
        )
        return "landing_profile_snapshots", encode(event, service="ingestor").value or b""

    def for_oracle(self) -> Any:
        days = {_day(day): values for day, values in self.days.items()}
        recorded = RECORDED + timedelta(seconds=self.record)
        return DAILY.Profile(self.observed_at, str(self.source), recorded, self.total, days, self.taken_back)


def expected(answers: Iterable[Profile]) -> list[Row]:
    """What the table must hold besides the account, by day."""
    days = DAILY.days_of([one.for_oracle() for one in answers], fields=FIELDS)
    return [
        {
            **one.values,
            "day": day,
            "followers": one.followers,
            "net_followers": one.net_followers,
            "follower_series": one.series,
            "followers_are_live": one.is_live,
            "observed_at": one.observed_at,
        }
        for day, one in days.items()
    ]


def _day(day: int) -> date:
    return (FIRST_DAY + timedelta(days=day)).date()


_COUNT = st.one_of(st.none(), st.integers(0, 9))
_CLOSELY: st.SearchStrategy[Values] = st.fixed_dictionaries(
    {"daily_new_followers": _COUNT, "daily_lost_followers": _COUNT, "video_views": _COUNT}
)
_VALUES = st.builds(lambda all_fields, some: {**all_fields, **some}, figures(Grain.PROFILE_DAY), _CLOSELY)
_DAYS = st.dictionaries(st.sampled_from((0, 1, 2, 3, 6)), _VALUES, max_size=4)
# Few numbers, so that a series lies now as near to the real-time total as the other, now just within half of it.
_TOTAL = st.sampled_from((None, 499, 500, 990, 1000, 1010, 1500, 1501))
_NET = st.one_of(st.none(), st.integers(-20, 20))
# Of an account `followers_count` and `daily_total_followers`: as TikTok's papers say, the other way round, or alike.
_SERIES = st.sampled_from(((_TOTAL, _NET), (_NET, _TOTAL), (_TOTAL, _TOTAL)))
_TOTALS = st.sampled_from((None, 0, 1000, 1000, 1000, 1000, 1000, 1005))
_MOMENTS = st.tuples(st.sampled_from((0, 1, 1, 4, 9)), st.sampled_from((0, 12, 23)))
# Most accounts are asked by the API, of some there are imports only.
_SOURCES = st.sampled_from(((Source.API, Source.API, Source.STUDIO_CSV),) * 5 + ((Source.STUDIO_CSV,),))
# What TikTok never gives: of a Personal account all but the first series.
_WITHHELD = st.sampled_from(
    (
        (),
        (),
        ("daily_total_followers", "daily_new_followers", "daily_lost_followers"),
        ("followers_count", "daily_new_followers"),
    )
)


@st.composite
def profiles(draw: st.DrawFn) -> list[Profile]:
    """Answers about one account; some were recorded twice, with another content."""
    sources, withheld = draw(_SOURCES), dict.fromkeys(draw(_WITHHELD))
    first, second = draw(_SERIES)

    def values(given: Values) -> Values:
        return {**given, "followers_count": draw(first), "daily_total_followers": draw(second), **withheld}

    keys = draw(st.lists(st.tuples(_MOMENTS, st.sampled_from(sources)), min_size=1, max_size=5, unique=True))
    again = draw(st.lists(st.sampled_from(keys), max_size=2))
    told = [
        Profile(
            observed_at=FIRST_DAY + timedelta(days=day, hours=hour),
            source=source,
            record=record,
            total=draw(_TOTALS),
            days={day: values(given) for day, given in draw(_DAYS).items()},
        )
        for record, ((day, hour), source) in enumerate([*keys, *again])
    ]
    return [*told, *_taken_back(told, draw)]


def _taken_back(told: list[Profile], draw: st.DrawFn) -> list[Profile]:
    """Of the imports that were recorded once some are undone: the same days with nothing in them."""
    records = [(one.observed_at, one.source) for one in told]
    imports = [
        one for one in told if one.source is Source.STUDIO_CSV and records.count((one.observed_at, one.source)) == 1
    ]
    undone = [one for one in imports if draw(st.booleans())]
    return [
        replace(one, record=len(told) + place, days={day: {} for day in one.days}, total=None, taken_back=True)
        for place, one in enumerate(undone)
    ]
