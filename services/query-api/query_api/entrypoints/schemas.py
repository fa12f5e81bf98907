"""The shapes on the wire, as the API's description shows them and the answers are written from."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.config import JsonDict

from common.catalog import Attribution, Kind, Unit
from common.events import AccountStatus
from query_api.domain.columns import Role
from query_api.domain.coverage import State
from query_api.domain.paging import MOST_ROWS
from query_api.domain.widget_request import Asked, Format

Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), return_type=str),
]

_DAY: JsonDict = {"format": "date"}


class WidgetParameters(BaseModel):
    """What may be asked of a widget; the same as query parameters and as a JSON body."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: str | None = Field(
        None,
        alias="from",
        description="First day, UTC. Default: 28 days before `to`.",
        examples=["2026-02-01"],
        json_schema_extra=_DAY,
    )
    end: str | None = Field(
        None,
        alias="to",
        description="The day after the last one, UTC. Default: tomorrow, so that today is the last.",
        examples=["2026-03-01"],
        json_schema_extra=_DAY,
    )
    accounts: list[str] | None = Field(
        None, description="Account ids, separated by commas in a query. Default: all you may read."
    )
    sort: str | None = Field(
        None, description="A column, with a minus before it for descending.", examples=["-post_video_views"]
    )
    limit: int | None = Field(
        None,
        description="Rows of a page. Default: 50 of a table; every row of a daily series and of a file.",
        json_schema_extra={"minimum": 1, "maximum": MOST_ROWS},
    )
    cursor: str | None = Field(None, description="`next_cursor` of the page before.")
    format: Format | None = Field(
        None,
        description="Default: what `Accept` prefers, else JSON. `csv_excel` is CSV as Excel opens it right: with a "
        "mark of UTF-8, and a post's id as text. The others but JSON are files of all rows.",
    )
    manifest: bool = Field(
        False, description="A zip of the file and its manifest: hash, columns, coverage, the query to ask again."
    )

    def asked(self, *, accept: str) -> Asked:
        return Asked(
            start=self.start,
            end=self.end,
            accounts=_split(self.accounts),
            sort=self.sort,
            limit=self.limit,
            cursor=self.cursor,
            format=self.format or (Format.CSV if "text/csv" in accept.lower() else Format.JSON),
        )


def _split(texts: list[str] | None) -> tuple[str, ...] | None:
    return None if texts is None else tuple(part.strip() for text in texts for part in text.split(","))


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
    status: State


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
