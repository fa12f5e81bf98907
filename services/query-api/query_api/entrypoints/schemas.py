"""The shapes on the wire, as the API's description shows them and the answers are written from."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from common.catalog import Attribution, Kind, Unit
from common.catalog.coverage import Status
from common.events import AccountStatus
from query_api.domain.columns import Role

Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), return_type=str),
]


class ColumnAnswer(BaseModel):
    name: str = Field(examples=["video_views"])
    type: Kind
    unit: Unit | None
    role: Role


class CoverageAnswer(BaseModel):
    """Figures that are not final: `metrics` of an account on the days from `from` to before `to`."""

    model_config = ConfigDict(populate_by_name=True)

    account_id: UUID
    metrics: tuple[str, ...]
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    status: Status


class Meta(BaseModel):
    """What the numbers rest on."""

    model_config = ConfigDict(populate_by_name=True)

    start: date = Field(alias="from")
    end: date = Field(alias="to", description="Not part of the range.")
    attribution: Attribution
    timezone: str = Field(examples=["UTC"])
    as_of: Moment | None = Field(description="The newest observation behind the rows.")
    complete_through: date | None = Field(description="The last day of the range that is final for all accounts.")
    coverage: tuple[CoverageAnswer, ...] = Field(description="Only what is not final.")
    metric_version: int = Field(description="Grows when a metric of the widget changes its meaning.")
    notes: tuple[str, ...]


Cell = str | int | float | bool | None


class WidgetAnswer(BaseModel):
    widget: str
    columns: tuple[ColumnAnswer, ...]
    rows: list[list[Cell]] = Field(description="Cells in the order of `columns`; null where TikTok gave no value.")
    totals: dict[str, int | float | None] = Field(
        description="By metric, over the whole range and not only this page; null where a total would be wrong."
    )
    next_cursor: str | None
    meta: Meta


class WidgetCard(BaseModel):
    slug: str = Field(examples=["video_views"])
    name: str
    shows: str
    attribution: Attribution
    sort: str = Field(description="Its order unless asked for another.")
    columns: tuple[ColumnAnswer, ...]


class WidgetList(BaseModel):
    widgets: tuple[WidgetCard, ...]


class AccountCard(BaseModel):
    account_id: UUID
    channel: str
    username: str | None
    display_name: str | None
    avatar_url: str | None
    is_business_account: bool | None
    status: AccountStatus
    connected_at: Moment | None


class AccountList(BaseModel):
    accounts: tuple[AccountCard, ...]
