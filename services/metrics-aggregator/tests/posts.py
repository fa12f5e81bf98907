"""Invented posts, observed with all their fields, going and coming back, and what must be last known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from common.catalog import Grain
from common.events import LifecycleChange, PostLifecycleV1, encode
from common.events.snapshot import Source
from common.events.values import Values
from common.warehouse.columns import breakdowns, fact_columns
from metrics_aggregator.domain.records import Account

from .audience import SHARES, List, added_up, filled, items
from .figures import figures
from .growth import EVER, FIRST_DAY, RECORDED, Said
from .growth import histories as observations
from .series import Row, Told, oracle

LATEST = oracle("latest")
FIELDS = tuple(fact_columns(Grain.POST))
# Name → the parts of its items.
LISTS = {field.name: (field.parts[0][0], field.parts[1][0]) for field in breakdowns(Grain.POST)}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A post that was listed, was listed no more, or was listed again."""

    observed_at: datetime
    change: LifecycleChange
    source: Source = Source.API
    record: int = 0
    """Recorded how many seconds after the first."""

    def value(self, *, workspace_id: UUID, account_id: UUID, post_id: str) -> bytes:
        event = PostLifecycleV1(
            workspace_id=workspace_id,
            account_id=account_id,
            post_id=post_id,
            change=self.change,
            observed_at=self.observed_at,
            recorded_at=_recorded_at(self),
            source=self.source,
        )
        return encode(event, service="ingestor").value or b""


@dataclass(frozen=True, kw_only=True)
class Post:
    said: Sequence[Said] = ()
    changes: Sequence[Change] = ()

    def told(self, account: Account, post_id: str) -> list[tuple[int, Told]]:
        """Each with the second it was recorded in."""
        ids = {"workspace_id": account.workspace_id, "account_id": account.account_id}
        snapshots = [(one.record, ("landing_post_snapshots", one.value(post_id=post_id, **ids))) for one in self.said]
        changes = [(one.record, ("landing_post_lifecycle", one.value(post_id=post_id, **ids))) for one in self.changes]
        return snapshots + changes


def expected(post: Post, *, known_at: datetime = EVER) -> Row | None:
    """What the table must hold of it besides its key, by what was recorded by then; nothing if it was never listed."""
    said = LATEST.kept(_observation(one) for one in post.said)
    known = [one for one in said if one.recorded_at <= known_at]
    if not known:
        return None
    latest = LATEST.latest(known)
    values = {name: latest.values.get(name) for name in FIELDS}
    return {
        **values,
        **_maps(post, known_at),
        "published_at": _moment(values["create_time"]),
        "format": None if values["media_type"] is None else str(values["media_type"]).lower(),
        "first_observed_at": latest.first_observed_at,
        "observed_at": latest.observed_at,
        "gone_at": _gone_at(post, known_at),
    }


def _maps(post: Post, known_at: datetime) -> Mapping[str, Mapping[str, float | int]]:
    """Of each list the last one with anything in it."""
    # A record without any list is no fact and replaces none.
    told = LATEST.kept(
        _observation(one) for one in post.said if any(one.values.get(name) is not None for name in LISTS)
    )
    known = [one for one in told if one.recorded_at <= known_at]
    found: dict[str, Mapping[str, float | int]] = {name: {} for name in LISTS}
    for one in LATEST.oldest_word_first(known):
        found |= {name: added_up(_list(LISTS[name], one.values[name])) for name in LISTS if one.values.get(name)}
    return found


def _gone_at(post: Post, known_at: datetime) -> datetime | None:
    kept = LATEST.kept(
        LATEST.Change(one.observed_at, str(one.source), _recorded_at(one), str(one.change)) for one in post.changes
    )
    gone_at: datetime | None = LATEST.gone_at(one for one in kept if one.recorded_at <= known_at)
    return gone_at


def _observation(one: Said) -> Any:
    return LATEST.Observation(one.observed_at, str(one.source), _recorded_at(one), one.values)


def _recorded_at(one: Said | Change) -> datetime:
    return RECORDED + timedelta(seconds=one.record)


def _moment(seconds: Any) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _list(parts: tuple[str, str], items: Any) -> List:
    label, number = parts
    return [(item[label], item[number]) for item in items]


_FORMATS = st.sampled_from((None, "VIDEO", "PHOTO", "Carousel"))
_SOME = st.integers(0, 4 ** len(LISTS) - 1)
_CHOICES = st.one_of(_SOME, _SOME, st.just(0))
_SOURCES = st.sampled_from((Source.API, Source.API, Source.STUDIO_CSV))


@st.composite
def _values(draw: st.DrawFn) -> Values:
    """Every field but those of `observations`; of the lists each one of two, an empty one, or none."""
    one, other = (draw(filled(("0", "1", "For You"), SHARES)) for _ in range(2))
    choices: tuple[List | None, ...] = (None, [], one, other)
    seed = draw(_CHOICES)
    chosen = {name: choices[seed >> 2 * place & 3] for place, name in enumerate(LISTS)}
    written = {name: items(LISTS[name], given) for name, given in chosen.items()}
    return {**draw(figures(Grain.POST)), "media_type": draw(_FORMATS), **written}


@st.composite
def _changes(draw: st.DrawFn) -> list[Change]:
    """Some of one moment by two sources, some recorded again, as another change."""
    keys = draw(st.lists(st.tuples(st.integers(0, 3), _SOURCES), max_size=4, unique=True))
    again = draw(st.lists(st.sampled_from(keys), max_size=2)) if keys else []
    return [
        Change(
            observed_at=FIRST_DAY + timedelta(hours=hours),
            change=draw(st.sampled_from(LifecycleChange)),
            source=source,
            record=record,
        )
        for record, (hours, source) in enumerate([*keys, *again])
    ]


@st.composite
def posts(draw: st.DrawFn) -> Post:
    """A few were never listed."""
    said = draw(observations()) if draw(st.integers(0, 7)) < 7 else []
    filled = [replace(one, values={**draw(_values()), **one.values}) for one in said]
    return Post(said=filled, changes=draw(_changes()))
