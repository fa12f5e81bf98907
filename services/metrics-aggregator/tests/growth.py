"""Invented histories of posts, and the oracle's opinion of them."""

import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from uuid import UUID

from hypothesis import strategies as st

from common.events import PostSnapshotV1, encode
from common.events.snapshot import Source
from common.events.values import Values

# The oracle stands outside the packages, so that nothing of ours can lean on it: it is loaded from its file.
_ORACLE = Path(__file__).parents[3] / "tests" / "integration" / "oracle" / "growth.py"

# Field → growth and whether it is estimated; growth is None where it is not known.
Row = dict[str, tuple[int | float | None, bool]]
Table = dict[date, Row]

FIRST_DAY = datetime(2026, 2, 26, tzinfo=UTC)
RECORDED = FIRST_DAY + timedelta(days=400)
# Later than anything can be recorded.
EVER = datetime(2299, 12, 31, tzinfo=UTC)
# Several on one day, neighbours, gaps, and a month's end.
DAYS = (0, 0, 0, 1, 1, 2, 4, 7, 12)
FIELDS = ("likes", "reach", "total_time_watched")


@dataclass(frozen=True, kw_only=True)
class Said:
    """One observation of a post."""

    observed_at: datetime
    source: Source
    values: Values
    record: int
    """Recorded how many seconds after the first."""

    def value(self, *, workspace_id: UUID, account_id: UUID, post_id: str) -> bytes:
        event = PostSnapshotV1(
            workspace_id=workspace_id,
            account_id=account_id,
            observed_at=self.observed_at,
            recorded_at=RECORDED + timedelta(seconds=self.record),
            source=self.source,
            field_set="post_full.v1",
            post_id=post_id,
            values=self.values,
        )
        return encode(event, service="ingestor").value or b""


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("growth_oracle", _ORACLE)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(_ORACLE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def oracle() -> Callable[[Iterable[Said]], Table]:
    """What the table must hold for a post with these observations."""
    module = _load()

    def expected(history: Iterable[Said]) -> Table:
        observations = [
            module.Observation(one.observed_at, one.values, str(one.source), FIRST_DAY + timedelta(seconds=one.record))
            for one in history
        ]
        return {
            day: {field: (cell.value, cell.estimated) for field, cell in row.items()}
            for day, row in module.growth(observations).items()
        }

    return expected


_MOMENTS = st.builds(
    lambda day, hour, milliseconds: FIRST_DAY + timedelta(days=day, hours=hour, milliseconds=milliseconds),
    st.sampled_from(DAYS),
    st.sampled_from((0, 1, 12, 23)),
    st.sampled_from((0, 0, 1)),
)
_COUNTS = st.one_of(st.none(), st.integers(0, 30), st.integers(0, 2**63 - 1))
# Quarters, so that sums of floats are exact.
_SECONDS = st.one_of(st.none(), st.integers(0, 4_000_000).map(lambda quarters: quarters / 4))
_COUNTERS: st.SearchStrategy[Values] = st.fixed_dictionaries(
    {"likes": _COUNTS, "reach": _COUNTS, "total_time_watched": _SECONDS}
)
# From the first observation to the publishing, in seconds: around the 24 hours, long ago, not yet.
_AGES = st.sampled_from((0, 3600, 13 * 3600, 86_399, 86_400, 86_401, 90_000, 400 * 86_400, -1, -3600))


@st.composite
def histories(
    draw: st.DrawFn, *, sources: Sequence[Source] = (Source.API, Source.API, Source.STUDIO_CSV)
) -> list[Said]:
    """The observations of one post, with publishing times given, withheld or contradicting, some recorded twice."""
    keys = draw(
        st.lists(st.tuples(_MOMENTS, st.sampled_from(sources)), min_size=1, max_size=8, unique_by=lambda key: key)
    )
    first = min(moment for moment, _ in keys)
    stated = [None, *(int(first.timestamp()) - age for age in draw(st.lists(_AGES, min_size=1, max_size=2)))]
    created = [draw(st.sampled_from(stated)) for _ in keys]
    again = draw(st.lists(st.integers(0, len(keys) - 1), max_size=2))
    history = []
    for record, place in enumerate([*range(len(keys)), *again]):
        moment, source = keys[place]
        values: Values = {"create_time": created[place], **draw(_COUNTERS)}
        history.append(Said(observed_at=moment, source=source, values=values, record=record))
    return history


def sum_of_growth(table: Mapping[date, Row], field: str) -> int | float:
    return sum(value for row in table.values() if (value := row[field][0]) is not None)
