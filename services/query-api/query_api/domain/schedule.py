"""A scheduled export: when, of what, to where, and how sure its figures must be."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice, pairwise
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from query_api.domain.access import Principal
from query_api.domain.asking import Format
from query_api.domain.errors import BadInput
from query_api.domain.export_question import Subject, asked_by, subject_of

# Figures of a day come once or twice; nobody reads a mail every minute.
LEAST_PAUSE = timedelta(minutes=15)
_LOOKED_AT = 50


class Require(StrEnum):
    """How sure figures must be to be sent."""

    FINAL = "final"
    PROVISIONAL = "provisional"
    """Days inside TikTok's 48 hours may be among them; what is late or was not collected may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMail:
    kind: Literal["mail"] = "mail"
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToWebhook:
    """`secret` signs what is sent: `whsec_` and base64, as Standard Webhooks has it."""

    kind: Literal["webhook"] = "webhook"
    url: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToStorage:
    """A folder of the workspace in the storage of exports; what is put there stays."""

    kind: Literal["storage"] = "storage"
    folder: str


Destination = ToMail | ToWebhook | ToStorage


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeQuestion:
    """`parameters` as in the request of the widget, or of a free question where `widget` is None, but for the range;
    `accounts` None is all there are when it runs."""

    widget: str | None
    preset: str
    delay_days: int
    accounts: tuple[UUID, ...] | None
    parameters: Mapping[str, object]
    form: Format

    @property
    def subject(self) -> Subject:
        return subject_of(self.widget, self.parameters)

    @property
    def labels_named(self) -> tuple[UUID, ...]:
        """Labels and plans that posts are narrowed to."""
        filters = asked_by(self.parameters, self.form).filters
        return tuple(UUID(text) for text in (*(filters.labels or ()), *(filters.plans or ())) if text)

    def merged(self, label_id: UUID, into: UUID) -> "RelativeQuestion":
        """The same of `into` wherever `label_id` is named; an id occurs as nothing else."""
        text = json.dumps(dict(self.parameters)).replace(str(label_id), str(into))
        return replace(self, parameters=json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`notify` is told when a delivery was given up."""

    schedule_id: UUID
    workspace_id: UUID
    subject: str
    name: str
    question: RelativeQuestion
    cron: str
    timezone: str
    destination: Destination
    require: Require
    hold_hours: int
    notify: str | None
    paused: bool = False
    next_at: datetime
    created_at: datetime

    def may_be_seen_by(self, principal: Principal) -> bool:
        """Somebody who may read only some accounts sees schedules of those alone."""
        if principal.accounts is None:
            return True
        return self.question.accounts is not None and set(self.question.accounts) <= principal.accounts


def next_time(cron: str, timezone: str, *, after: datetime) -> datetime:
    """The next moment of the expression on the zone's wall clocks.

    A time that a change of the clocks leaves out is run right after it, one that comes twice is run once, as Debian's
    cron does.
    """
    return next(CronSim(cron, after.astimezone(ZoneInfo(timezone)))).astimezone(after.tzinfo)


def checked_times(cron: str, timezone: str, *, now: datetime) -> datetime:
    """The first time; raises `BadInput` for what is no expression, no zone, never comes or comes too often."""
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(
            "timezone", f"there is no time zone {timezone[:40]!r}", "use a name such as Europe/Berlin"
        ) from None
    try:
        if len(cron.split()) != 5:
            raise CronSimError("five fields")
        times = list(islice(CronSim(cron, now.astimezone(zone)), _LOOKED_AT))
    except (CronSimError, StopIteration, RuntimeError):
        remedy = "give minute, hour, day, month and weekday, such as `0 8 * * 1`"
        raise BadInput("cron", f"{cron[:60]!r} is no time that comes", remedy) from None
    if any(later - earlier < LEAST_PAUSE for earlier, later in pairwise(times)):
        raise BadInput("cron", "it comes more often than every 15 minutes", "leave more time between")
    return times[0].astimezone(now.tzinfo)
