"""Post snapshots of a batch read at once: half the time of one by one. It only tells which need a look of their own."""

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from metrics_aggregator.domain.records import Account, Snapshot

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
SourceName = Literal["api", "studio_csv"]


class _Said(msgspec.Struct, gc=False, kw_only=True):
    """A post snapshot with its ids and moments as texts: comparing them is quicker than reading them."""

    workspace_id: str
    account_id: str
    channel: Text = "tiktok"
    observed_at: str
    recorded_at: str
    source: SourceName = "api"
    field_set: Text
    dropped_fields: tuple[str, ...] = ()
    extra: str = "{}"
    post_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsTogether:
    """`part` is the object beside what a snapshot says of itself."""

    decoder: msgspec.json.Decoder[list[_Said]]
    part: bytes

    @classmethod
    def of(cls, part: str, values: type[msgspec.Struct]) -> "PostsTogether":
        whole = msgspec.defstruct("_Post", [(part, values)], bases=(_Said,), gc=False, kw_only=True)
        decoder = msgspec.json.Decoder(types.GenericAlias(list, (whole,)))
        return cls(decoder=decoder, part=f'"{part}"'.encode())

    def doubtful(self, snapshots: Sequence[Snapshot]) -> Sequence[Snapshot]:
        """Those that may be not as their contract says; all of them where one cannot be read."""
        block = b"[" + b",".join([snapshot.value for snapshot in snapshots]) + b"]"
        try:
            said = self.decoder.decode(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return snapshots
        # Each was required to have the part, so of as many as there are snapshots none has it twice.
        if not len(said) == len(snapshots) == block.count(self.part):
            return snapshots
        return list(_unlike(snapshots, said))


def _unlike(snapshots: Sequence[Snapshot], said: Sequence[_Said]) -> Iterator[Snapshot]:
    """Those whose value has other ids than the envelope, or in another spelling, or no moment."""
    moments = _Moments()
    account: Account | None = None
    ids = ("", "")
    for snapshot, one in zip(snapshots, said, strict=True):
        if snapshot.account is not account:
            account = snapshot.account
            ids = (str(account.workspace_id), str(account.account_id))
        alike = (one.workspace_id, one.account_id) == ids and one.post_id == snapshot.post_id
        if not (alike and moments[one.observed_at] and moments[one.recorded_at]):
            yield snapshot


class _Moments(dict[str, bool]):
    """Whether a text is a moment; many snapshots share one."""

    def __missing__(self, text: str) -> bool:
        try:
            msgspec.convert(text, Moment)
        except msgspec.ValidationError:
            is_moment = False
        else:
            is_moment = True
        self[text] = is_moment
        return is_moment
