"""The shapes on the wire, as the API's description shows them and the answers are written from."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from common.catalog import Attribution, Kind, Unit
from common.catalog.coverage import Status
from common.events import AccountStatus
from query_api.domain.columns import Role
from query_api.domain.question import Lifecycle

Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), return_type=str),
]


class ColumnAnswer(BaseModel):
    name: str = Field(examples=["video_views"])
    type: Kind
    unit: Unit | None
    role: Role
    attribution: Attribution | None = Field(None, description="Of a metric: what its figures are of.")


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
    attribution: Attribution = Field(description="That of most metrics; each column says its own.")
    lifecycle: Lifecycle = Field(description="Which posts count.")
    timezone: str = Field(
        examples=["UTC"], description="Whose days they are: the viewer's of publishing, else UTC's, as TikTok's are."
    )
    as_of: Moment | None = Field(description="The newest observation behind the rows.")
    complete_through: date | None = Field(description="The last day of the range that is final for all accounts.")
    coverage: tuple[CoverageAnswer, ...] = Field(description="Only what is not final.")
    metric_version: int = Field(description="Grows when a metric of the widget changes its meaning.")
    notes: tuple[str, ...]


Cell = str | int | float | bool | None


class ComparisonAnswer(BaseModel):
    """The same of other days. Where `like_for_like_days` says so, only that many first days of either range are
    compared, and `against` has the totals of the range asked for over them."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(examples=["previous_period"])
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    like_for_like_days: int | None
    rows: list[list[Cell]]
    totals: dict[str, int | float | None]
    against: dict[str, int | float | None] | None
    complete_through: date | None
    coverage: tuple[CoverageAnswer, ...]


class Answer(BaseModel):
    columns: tuple[ColumnAnswer, ...]
    rows: list[list[Cell]] = Field(description="Cells in the order of `columns`; null where TikTok gave no value.")
    totals: dict[str, int | float | None] = Field(
        description="By metric, over the whole range and not only this page; null where a total would be wrong."
    )
    next_cursor: str | None
    comparisons: list[ComparisonAnswer] = Field(description="In the order asked for.")
    meta: Meta


class WidgetAnswer(Answer):
    widget: str


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
