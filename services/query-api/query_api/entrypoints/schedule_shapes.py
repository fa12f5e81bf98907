"""The shapes of scheduled exports on the wire."""

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from query_api.domain.asking import Format
from query_api.domain.delivery import Delivery, DeliveryState
from query_api.domain.errors import BadInput
from query_api.domain.export_question import parameters_of
from query_api.domain.paging import MOST_ROWS
from query_api.domain.presets import PRESETS
from query_api.domain.querying import narrowed
from query_api.domain.schedule import Destination, RelativeQuestion, Require, Schedule, ToMail, ToStorage, ToWebhook
from query_api.entrypoints.export_shapes import FileFormat, FreeParameters
from query_api.entrypoints.parameters import Narrowing
from query_api.entrypoints.schemas import Moment
from query_api.use_cases.exporting.scheduling import Wanted

_SECRET_BYTES = 32
_FOLDER = re.compile(r"[\w-][\w .-]*(/[\w-][\w .-]*)*", re.ASCII)


def _an_address(text: str) -> str:
    name, _, host = text.rpartition("@")
    if not name or "." not in host or any(mark.isspace() or mark in ",;<>" for mark in text):
        raise ValueError("this is no mail address")
    return text


def _a_web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise ValueError("give an address that begins with https://, without a user in it")
    return text


def _a_folder(text: str) -> str:
    if text and not _FOLDER.fullmatch(text):
        raise ValueError("name folders by letters, digits, spaces, - and _, with / between")
    return text


Address = Annotated[str, Field(max_length=254), AfterValidator(_an_address)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MailShape(_Shape):
    kind: Literal["mail"]
    addresses: list[Address] = Field(min_length=1, max_length=10)


class WebhookShape(_Shape):
    """What is sent is signed as Standard Webhooks has it."""

    kind: Literal["webhook"]
    url: Annotated[str, Field(max_length=2048), AfterValidator(_a_web_address)]


class StorageShape(_Shape):
    kind: Literal["storage"]
    folder: Annotated[str, Field(max_length=200), AfterValidator(_a_folder)] = ""


DestinationShape = Annotated[MailShape | WebhookShape | StorageShape, Field(discriminator="kind")]


class ScheduleQuestion(Narrowing, FreeParameters):
    """What may be asked of the widget, or of a free question where it is left out, over days that move on."""

    widget: str | None = Field(None, examples=["post_explorer"])
    preset: str = Field("last_28_days", json_schema_extra={"enum": list(PRESETS)})
    delay_days: int = Field(
        0, ge=0, le=31, description="So many days back; with 3 TikTok has had its time to make figures final."
    )
    accounts: list[str] | None = Field(
        None, min_length=1, description="Default: all you may read; of somebody who may read all, all there will be."
    )
    limit: int | None = Field(
        None, description="Default: every row.", json_schema_extra={"minimum": 1, "maximum": MOST_ROWS}
    )
    format: FileFormat = "csv"

    def relative(self) -> RelativeQuestion:
        """Raises `BadInput`."""
        asked = replace(narrowed(self.narrowed(), self.filters or {}), limit=self.limit)
        return RelativeQuestion(
            widget=self.widget,
            preset=self.preset,
            delay_days=self.delay_days,
            accounts=_ids(asked.accounts),
            parameters=parameters_of(self.subject(self.widget), asked),
            form=Format(self.format),
        )


def _ids(texts: tuple[str, ...] | None) -> tuple[UUID, ...] | None:
    try:
        return None if texts is None else tuple(UUID(text) for text in texts)
    except ValueError:
        raise BadInput("accounts", "one of them is not an id", "take ids from GET /v1/accounts") from None


class ScheduleOrder(_Shape):
    name: str = Field(min_length=1, max_length=120)
    question: ScheduleQuestion
    cron: str = Field(max_length=120, examples=["0 8 * * 1"], description="Minute, hour, day, month, weekday.")
    timezone: str = Field("UTC", max_length=64, examples=["Europe/Berlin"])
    destination: DestinationShape
    require: Require = Field(
        Require.PROVISIONAL,
        description="`final`: nothing is sent before every figure is final. In both cases nothing is sent that is "
        "empty, late or was not collected.",
    )
    hold_hours: int = Field(24, ge=1, le=24 * 14, description="So long it is tried again before it is given up.")
    notify: Address | None = Field(None, description="Who is told by mail when a delivery is given up.")

    def wanted(self, *, secret: str) -> Wanted:
        return Wanted(
            name=self.name,
            question=self.question.relative(),
            cron=self.cron,
            timezone=self.timezone,
            destination=_destination(self.destination, secret),
            require=self.require,
            hold_hours=self.hold_hours,
            notify=self.notify,
        )


class ScheduleCard(BaseModel):
    schedule_id: UUID
    name: str
    question: ScheduleQuestion
    cron: str
    timezone: str
    destination: DestinationShape
    require: Require
    hold_hours: int
    notify: str | None
    paused: bool
    next_at: Moment | None = Field(description="Null while it is paused.")
    created_by: str
    created_at: Moment


class NewSchedule(ScheduleCard):
    webhook_secret: str | None = Field(description="Checks what comes; shown this once.")


class ScheduleList(BaseModel):
    schedules: tuple[ScheduleCard, ...]


class LogEntry(BaseModel):
    at: Moment
    outcome: str = Field(examples=["held"])
    detail: str


class DeliveryCard(BaseModel):
    delivery_id: UUID
    due_at: Moment
    state: DeliveryState
    next_try_at: Moment | None = Field(description="Null when it has ended.")
    export_id: UUID | None = Field(description="The job that makes, or made, its file.")
    log: tuple[LogEntry, ...]


class DeliveryList(BaseModel):
    deliveries: tuple[DeliveryCard, ...]


def new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def secret_of(destination: Destination) -> str | None:
    return destination.secret if isinstance(destination, ToWebhook) else None


def _destination(shape: MailShape | WebhookShape | StorageShape, secret: str) -> Destination:
    match shape:
        case MailShape():
            return ToMail(addresses=tuple(shape.addresses))
        case WebhookShape():
            return ToWebhook(url=shape.url, secret=secret)
        case StorageShape():
            return ToStorage(folder=shape.folder)


def card(schedule: Schedule) -> ScheduleCard:
    return ScheduleCard.model_validate(_told(schedule))


def new_card(schedule: Schedule) -> NewSchedule:
    return NewSchedule.model_validate({**_told(schedule), "webhook_secret": secret_of(schedule.destination)})


def _told(schedule: Schedule) -> dict[str, object]:
    question = schedule.question
    return {
        "schedule_id": schedule.schedule_id,
        "name": schedule.name,
        "question": {
            **question.parameters,
            "widget": question.widget,
            "preset": question.preset,
            "delay_days": question.delay_days,
            "accounts": [str(account) for account in question.accounts] if question.accounts is not None else None,
            "format": question.form.value,
        },
        "cron": schedule.cron,
        "timezone": schedule.timezone,
        "destination": _shown(schedule.destination),
        "require": schedule.require,
        "hold_hours": schedule.hold_hours,
        "notify": schedule.notify,
        "paused": schedule.paused,
        "next_at": None if schedule.paused else schedule.next_at,
        "created_by": schedule.subject,
        "created_at": schedule.created_at,
    }


def _shown(destination: Destination) -> dict[str, object]:
    """Without the secret."""
    match destination:
        case ToMail(addresses=addresses):
            return {"kind": "mail", "addresses": list(addresses)}
        case ToWebhook(url=url):
            return {"kind": "webhook", "url": url}
        case ToStorage(folder=folder):
            return {"kind": "storage", "folder": folder}


def delivery_cards(deliveries: Sequence[Delivery]) -> DeliveryList:
    return DeliveryList(deliveries=tuple(delivery_card(delivery) for delivery in deliveries))


def delivery_card(delivery: Delivery) -> DeliveryCard:
    ended = delivery.state in (DeliveryState.DELIVERED, DeliveryState.FAILED)
    return DeliveryCard(
        delivery_id=delivery.delivery_id,
        due_at=delivery.due_at,
        state=delivery.state,
        next_try_at=None if ended else delivery.next_try_at,
        export_id=delivery.export_id,
        log=tuple(LogEntry(at=entry.at, outcome=entry.outcome, detail=entry.detail) for entry in delivery.log),
    )
