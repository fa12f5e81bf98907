"""An export as a job: its states, and what may be told of it to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from query_api.domain.access import Principal
from query_api.domain.export_question import KeptQuestion

# A job whose worker does not say so often that it lives is taken up again by another one, from the start.
LEASE = timedelta(seconds=30)
RENEWED_EVERY = timedelta(seconds=5)
# A job that killed so many workers is no longer tried.
MOST_ATTEMPTS = 5
# Before a try after ClickHouse or the storage failed.
PAUSE = timedelta(seconds=20)
# What has ended is listed so long.
REMEMBERED = timedelta(days=30)


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Was done; its file is gone."""


ENDED = frozenset({JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`attempt` counts the tries: each has a path of its own, so that a half file is never taken for a result."""

    export_id: UUID
    workspace_id: UUID
    subject: str
    question: KeptQuestion
    state: JobState = JobState.QUEUED
    attempt: int = 0
    not_before: datetime
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    bytes: int = 0
    rows: int | None = None
    reason: str | None = None
    manifest: Mapping[str, object] | None = None
    holder: str | None = None
    lease_until: datetime | None = None

    @property
    def folder(self) -> str:
        return f"{self.workspace_id}/{self.export_id}"

    @property
    def path(self) -> str:
        """Of this attempt's file, below the storage's root."""
        return f"{self.folder}/{self.attempt}"

    def has_file(self, now: datetime) -> bool:
        return self.state is JobState.DONE and self.expires_at is not None and now < self.expires_at

    def may_be_seen_by(self, principal: Principal) -> bool:
        """Somebody who may read only some accounts sees exports of those alone."""
        return principal.accounts is None or self.question.accounts <= principal.accounts
