"""Records of a batch, told apart by their envelope alone: the values stay bytes for ClickHouse to parse."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from common.events.dead_letter import Record


@dataclass(frozen=True, slots=True, order=True)
class Account:
    workspace_id: UUID
    account_id: UUID

    def __hash__(self) -> int:
        # Asked for with every record; the generated one costs five times as much.
        return hash(self.account_id.int)


class Snapshot(NamedTuple):
    """A record whose envelope says what it touches. `post_id` is None for a profile.

    A named tuple, because there is one per record and a frozen dataclass takes three times as long to make.
    """

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


def sort_records(records: Iterable[Record], *, of_posts: bool, keyed_by_post: bool = False) -> Sorted:
    """Read each record's key and headers. A record without a value is passed over: it carries no fact.

    The key is the account's id, or `<account's id>:<post's id>` where they are `keyed_by_post`.
    """
    known = _Known(of_posts=of_posts, keyed_by_post=keyed_by_post)
    snapshots: list[Snapshot] = []
    refusals: list[Refusal] = []
    for record in records:
        if record.value is None:
            continue
        try:
            snapshots.append(_snapshot(record, record.value, known))
        except ValueError as error:
            refusals.append(Refusal(record=record, code="envelope", reason=str(error)))
    return Sorted(snapshots=tuple(snapshots), refusals=tuple(refusals))


def _snapshot(record: Record, value: bytes, known: "_Known") -> Snapshot:
    # A text that is no object could join with its neighbours into something else.
    if value[:1] != b"{" or not (value[-1:] == b"}" or value.rstrip()[-1:] == b"}"):
        raise ValueError("the value is not a JSON object")
    subject = workspace = time = b""
    # Of a header that is there twice the first one counts.
    for name, said in reversed(record.headers):
        if name == "ce_subject":
            subject = said
        elif name == "ce_workspaceid":
            workspace = said
        elif name == "ce_time":
            time = said
    if known.of_posts and not subject:
        raise ValueError("header ce_subject, the post's id, is missing")
    key = record.key or b""
    account = known.accounts[_before(key, subject) if known.keyed_by_post else key, workspace]
    return Snapshot(record, value, account, subject.decode() or None, known.moments[time])


def _before(key: bytes, post_id: bytes) -> bytes:
    account, _, post = key.partition(b":")
    if post != post_id:
        raise ValueError("the key does not end with the post of header ce_subject")
    return account


class _Moments(dict[bytes, str]):
    def __missing__(self, text: bytes) -> str:
        moment = self[text] = _moment(text.decode(), "header ce_time")
        return moment


class _Accounts(dict[tuple[bytes, bytes], Account]):
    """By key and workspace."""

    def __missing__(self, place: tuple[bytes, bytes]) -> Account:
        key, workspace = (part.decode(errors="replace") for part in place)
        account = self[place] = Account(_uuid(workspace, "header ce_workspaceid"), _uuid(key, "the key"))
        return account


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of a batch, and was read in it: many records share an account and a moment, and reading them takes
    the longest."""

    of_posts: bool
    keyed_by_post: bool
    accounts: _Accounts = field(default_factory=_Accounts)
    moments: _Moments = field(default_factory=_Moments)


def _given(text: str, where: str) -> str:
    if not text:
        raise ValueError(f"{where} is missing")
    return text


def _moment(text: str, where: str) -> str:
    given = _given(text, where)
    try:
        datetime.fromisoformat(given)
    except ValueError:
        raise ValueError(f"{where} is not a moment (RFC 3339)") from None
    return given


def _uuid(text: str, where: str) -> UUID:
    try:
        return UUID(_given(text, where))
    except ValueError:
        raise ValueError(f"{where} is not a UUID") from None
