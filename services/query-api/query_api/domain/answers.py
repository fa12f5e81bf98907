"""An answer as it goes out, and what it was an answer to."""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of a JSON answer; `tag` is their entity tag (RFC 9110), strong."""

    body: bytes
    tag: str
    next_cursor: str | None = None


def answer_of(body: bytes, next_cursor: str | None = None) -> Answer:
    return Answer(body, entity_tag(body), next_cursor)


def entity_tag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKey:
    """Equal keys have the same answer while none of `reads` changes.

    `hour` is that of the domain's clock: days become final, by themselves, at full hours only.
    `accounts` are those that the answer is about, each with its revision: whoever may read others asks something else.
    `question` is all the rest of what was asked, in its canonical form.
    """

    workspace_id: UUID
    hour: datetime
    accounts: tuple[tuple[UUID, int], ...]
    reads: frozenset[str]
    question: Hashable


def full_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
