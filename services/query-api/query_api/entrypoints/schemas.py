"""The shapes on the wire, as the API's description shows them and the answers are written from."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from common.catalog import Attribution, Kind, Rollup, Unit
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


class Few(BaseModel):
    """A row whose `column` is below `below` is to be greyed."""

    column: str
    below: int


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
    metric_version: int = Field(description="Grows when a metric of the answer changes its meaning.")
    few: Few | None = Field(description="Rows that rest on too few posts to say much, where the answer may have any.")
    notes: tuple[str, ...]
    sample: bool = Field(description="The figures are made up: they are the Sample Account's.")


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


class EvidenceAnswer(BaseModel):
    """`rows` of our rollup, made from so many `observations` of TikTok's answers."""

    rollup: Rollup
    rows: int
    observations: int
    first_observed_at: Moment | None
    last_observed_at: Moment | None


class ExplanationAnswer(BaseModel):
    metric: str
    meaning: str
    formula: str = Field(examples=["Applause + Conversation + Amplification"])
    rolls_up: str = Field(description="What becomes of it over several rows.")
    tiktok_fields: tuple[str, ...] = Field(examples=[["/business/get/ → metrics[].likes"]])
    attribution: Attribution
    version: int
    caveats: tuple[str, ...]
    differs: str = Field(description="Why it may not be the number in TikTok's app.")
    evidence: EvidenceAnswer


class Answer(BaseModel):
    columns: tuple[ColumnAnswer, ...]
    rows: list[list[Cell]] = Field(description="Cells in the order of `columns`; null where TikTok gave no value.")
    totals: dict[str, int | float | None] = Field(
        description="By metric, over the whole range and not only this page; null where a total would be wrong."
    )
    next_cursor: str | None
    explained: list[ExplanationAnswer] | None = Field(
        None, description="How each metric is got, where `explain` asks for it."
    )
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
    any_metric: bool = Field(description="Whether it can be asked for other metrics than these.")
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
    sample: AccountCard | None = Field(
        description="The Sample Account, which every workspace may look at. Its figures are made up and are in no "
        "total: they are answered when it is asked for by its id, alone."
    )


class RefusedCard(BaseModel):
    dimension: str
    reason: str


class MetricCard(BaseModel):
    slug: str = Field(examples=["engagement"])
    name: str
    tiktok_name: str | None
    meaning: str
    type: Kind
    unit: Unit
    version: int = Field(description="Grows when the metric changes its meaning.")
    deprecated: str | None = Field(description="Why it goes away, and what to ask for instead.")
    dimensions: dict[Attribution, tuple[str, ...]] = Field(
        description="By which it can be told, under each attribution."
    )
    together: tuple[tuple[str, ...], ...] = Field(
        description="Of what counts people: dimensions that have to be asked for together, lest somebody counts twice."
    )
    refused: tuple[RefusedCard, ...] = Field(description="By which it cannot be told at all, and why.")
    caveats: tuple[str, ...]
    differs: str


class DimensionCard(BaseModel):
    slug: str = Field(examples=["week"])
    name: str
    type: Kind
    meaning: str
    values: list[str] | None = Field(description="All there are, where that is known beforehand.")


class WidgetForm(BaseModel):
    slug: str
    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    attribution: Attribution
    by_activity: tuple[str, ...] | None = Field(description="Its metrics when it is switched to activity.")


class ExampleCard(BaseModel):
    title: str
    query: dict[str, str | list[str] | dict[str, list[str]]] = Field(description="A body for `POST /v1/query`.")


class SchemaAnswer(BaseModel):
    metrics: tuple[MetricCard, ...]
    dimensions: tuple[DimensionCard, ...]
    widgets: tuple[WidgetForm, ...]
    presets: tuple[str, ...]
    examples: tuple[ExampleCard, ...]
