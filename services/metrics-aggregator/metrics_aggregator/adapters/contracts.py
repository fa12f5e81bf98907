"""Snapshots read strictly before ClickHouse reads them: it would take a number too large, a text for a number, "" as 0,
a day that does not exist or a second object without a word. A typed reading costs a tenth of one by pydantic.
"""

import json
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from common.catalog.model import Field, Grain, Kind
from common.catalog.registry import catalog
from common.events import AccountV1, CollectionStatusV1, Event, PostLabelsV1, PostLifecycleV1, UndecodableEvent, decode
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS
from metrics_aggregator.adapters.reading_together import Moment, PostsTogether, SourceName, Text
from metrics_aggregator.domain.records import Snapshot

_MODELS = (PostLifecycleV1, PostLabelsV1, AccountV1, CollectionStatusV1)
# As in the contract: ClickHouse's Int64, and what a DateTime of ClickHouse holds.
_LARGEST = 2**63 - 1
# The number beside a label.
_AMOUNTS: Mapping[Kind, object] = {
    Kind.INTEGER: Annotated[int, msgspec.Meta(ge=0, le=_LARGEST)] | None,
    Kind.NUMBER: Annotated[float, msgspec.Meta(ge=0)] | None,
}
_NO_DAY = date(2100, 1, 1)
# Seconds as a text, which the models and ClickHouse would both take for a moment, each in its own way.
_COUNTED_MOMENT = re.compile(rb'"(?:\w+_at|since|next_due)"\s*:\s*"[\s\d.+-]*"')
_FIRST_SECOND, _LAST_SECOND = 1_400_000_000, 4_294_967_295


class _Told(msgspec.Struct, gc=False, kw_only=True):
    """What every snapshot says of itself."""

    workspace_id: UUID
    account_id: UUID
    channel: Text = "tiktok"
    observed_at: Moment
    recorded_at: Moment
    source: SourceName = "api"
    field_set: Text
    dropped_fields: tuple[str, ...] = ()
    extra: str = "{}"

    def mismatch(self, snapshot: Snapshot) -> str | None:
        """What is recomputed is known from the envelope: facts of anything else would be forgotten."""
        if self.account_id != snapshot.account.account_id:
            return "account_id is not the record's key"
        if self.workspace_id != snapshot.account.workspace_id:
            return "workspace_id is not that of header ce_workspaceid"
        return None


class _PostTold(_Told, gc=False, kw_only=True):
    post_id: Text

    def mismatch(self, snapshot: Snapshot) -> str | None:
        if self.post_id != snapshot.post_id:
            return "post_id is not that of header ce_subject"
        return super().mismatch(snapshot)


class _Day(msgspec.Struct, gc=False, kw_only=True):
    date: date


class _ProfileTold(_Told, gc=False, kw_only=True):
    def mismatch(self, snapshot: Snapshot) -> str | None:
        days: Sequence[_Day] = getattr(self, "days")  # noqa: B009  # given to the subclass rendered from the catalog
        if len({day.date for day in days}) < len(days):
            return "one of the days is there twice"
        if any(day.date >= _NO_DAY for day in days):
            return f"one of the days is not before {_NO_DAY}"
        return super().mismatch(snapshot)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contract:
    decoder: msgspec.json.Decoder[_Told]
    once: tuple[str, ...]
    """Objects of which ClickHouse takes one without a word where the record has two."""

    def fault(self, snapshot: Snapshot) -> str | None:
        try:
            told = self.decoder.decode(snapshot.value)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return str(error)
        return told.mismatch(snapshot) or self._twin(snapshot.value)

    def _twin(self, value: bytes) -> str | None:
        if all(value.count(f'"{name}"'.encode()) == 1 for name in self.once):
            return None
        names = json.loads(value, object_pairs_hook=lambda pairs: [name for name, _ in pairs])
        twins = [name for name in self.once if names.count(name) > 1]
        return f"{' and '.join(twins)} is there twice" if twins else None


@dataclass(frozen=True, slots=True)
class _ByModel:
    """For the topics that carry little: the contract's own model, read strictly."""

    model: type[Event]

    def fault(self, snapshot: Snapshot) -> str | None:
        try:
            event = decode(self.model, snapshot.value, strict=True)
        except UndecodableEvent as error:
            return str(error)
        if _COUNTED_MOMENT.search(snapshot.value):
            return "a moment is not as RFC 3339 writes it"
        if event.key.encode() != snapshot.record.key:
            return "the value speaks of another key than the record's"
        if event.workspace != str(snapshot.account.workspace_id):
            return "workspace_id is not that of header ce_workspaceid"
        if event.subject != snapshot.post_id:
            return "post_id is not that of header ce_subject"
        large = [name for name, value in event if isinstance(value, int) and value > _LARGEST]
        return f"{' and '.join(large)} is larger than {_LARGEST}" if large else None


class StrictContracts:
    """Tells which records are not as their topic's contract says; the words name the place and quote no value."""

    def __init__(self) -> None:
        values = _values(Grain.POST)
        self._together = PostsTogether.of("values", values)
        self._contracts: Mapping[str, _Contract | _ByModel] = {
            **{model.topic.name: _ByModel(model) for model in _MODELS},
            POST_SNAPSHOTS.name: _contract(_PostTold, {"values": values}),
            PROFILE_SNAPSHOTS.name: _contract(_ProfileTold, {"profile": _values(Grain.PROFILE), "days": _days()}),
        }

    def faults(self, snapshots: Sequence[Snapshot]) -> Iterator[tuple[Snapshot, str]]:
        if snapshots and snapshots[0].record.topic == POST_SNAPSHOTS.name:
            snapshots = self._together.doubtful(snapshots)
        for snapshot in snapshots:
            if fault := self._contracts[snapshot.record.topic].fault(snapshot):
                yield snapshot, fault


def _contract(told: type[_Told], own: Mapping[str, object]) -> _Contract:
    whole = msgspec.defstruct(told.__name__, list(own.items()), bases=(told,), gc=False, kw_only=True)
    return _Contract(decoder=msgspec.json.Decoder(whole), once=tuple(own))


def _days() -> object:
    own = [("values", _values(Grain.PROFILE_DAY))]
    return types.GenericAlias(list, (msgspec.defstruct("Day", own, bases=(_Day,), gc=False, kw_only=True),))


def _values(grain: Grain) -> type[msgspec.Struct]:
    fields = [(field.name, _type(field), None) for field in catalog().fields_of(grain)]
    return msgspec.defstruct(f"{grain}_values", fields, gc=False)


def _type(field: Field) -> object:
    match field.kind:
        case Kind.INTEGER:
            lowest = -_LARGEST if field.minimum is None else int(field.minimum)
            return Annotated[int, msgspec.Meta(ge=lowest, le=_LARGEST)] | None
        case Kind.NUMBER:
            return Annotated[float, msgspec.Meta(ge=field.minimum, le=field.maximum)] | None
        case Kind.EPOCH_SECONDS:
            return Annotated[int, msgspec.Meta(ge=_FIRST_SECOND, le=_LAST_SECOND)] | None
        case Kind.FLAG:
            return bool | None
        case Kind.BREAKDOWN:
            return types.GenericAlias(list, (_item(field),)) | None
        case _:
            return str | None


def _item(field: Field) -> type[msgspec.Struct]:
    (label, _), (number, kind) = field.parts
    return msgspec.defstruct("Item", [(label, str | int), (number, _AMOUNTS[kind])], gc=False)
