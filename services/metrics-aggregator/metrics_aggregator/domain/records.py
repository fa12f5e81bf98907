"""Records of a batch, told apart by their envelope alone: the values stay bytes for ClickHouse to parse."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.events.dead_letter import Record
from common.events.envelope import header


@dataclass(frozen=True, slots=True, order=True)
class Account:
    workspace_id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A record whose envelope says what it touches. `post_id` is None for a profile."""

    record: Record
    value: bytes
    account: Account
    post_id: str | None
    observed_at: str
    """RFC 3339 in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A record that can never be used, and why in the contract's words."""

    record: Record
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    snapshots: tuple[Snapshot, ...]
    refusals: tuple[Refusal, ...]


def sort_records(records: Iterable[Record], *, of_posts: bool) -> Sorted:
    """Read each record's key and headers. A record without a value is passed over: it carries no fact."""
    snapshots: list[Snapshot] = []
    refusals: list[Refusal] = []
    for record in records:
        if record.value is None:
            continue
        try:
            snapshots.append(_snapshot(record, record.value, of_posts=of_posts))
        except ValueError as error:
            refusals.append(Refusal(record=record, code="envelope", reason=str(error)))
    return Sorted(snapshots=tuple(snapshots), refusals=tuple(refusals))


def _snapshot(record: Record, value: bytes, *, of_posts: bool) -> Snapshot:
    # A text that is no object could join with its neighbours into something else.
    if not (value.startswith(b"{") and value.rstrip().endswith(b"}")):
        raise ValueError("the value is not a JSON object")
    post_id = header(record.headers, "ce_subject")
    if of_posts and not post_id:
        raise ValueError("header ce_subject, the post's id, is missing")
    return Snapshot(
        record=record,
        value=value,
        account=Account(_uuid(header(record.headers, "ce_workspaceid"), "header ce_workspaceid"), _key(record)),
        post_id=post_id,
        observed_at=_moment(header(record.headers, "ce_time"), "header ce_time"),
    )


def _key(record: Record) -> UUID:
    return _uuid((record.key or b"").decode(errors="replace"), "the key")


def _given(text: str | None, where: str) -> str:
    if not text:
        raise ValueError(f"{where} is missing")
    return text


def _moment(text: str | None, where: str) -> str:
    given = _given(text, where)
    try:
        datetime.fromisoformat(given)
    except ValueError:
        raise ValueError(f"{where} is not a moment (RFC 3339)") from None
    return given


def _uuid(text: str | None, where: str) -> UUID:
    try:
        return UUID(_given(text, where))
    except ValueError:
        raise ValueError(f"{where} is not a UUID") from None
