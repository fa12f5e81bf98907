"""A dashboard: widgets on a grid and the filters they share. The same shapes on the wire and in the store."""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from common.catalog import Attribution
from common.events import Timestamp
from query_api.domain.comparing import MOST_COMPARISONS
from query_api.domain.date_range import EARLIEST, LATEST
from query_api.domain.paging import MOST_ROWS
from query_api.domain.presets import PRESETS

COLUMNS = 12
MOST_WIDGETS = 60
MOST_DASHBOARDS = 200
_LAST_ROW, _TALLEST = 1_000, 40

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _only_days(value: object) -> object:
    # A number would be read as seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("write a day as YYYY-MM-DD")


def _in_time(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"give a day from {EARLIEST} to {LATEST}")
    return day


Day = Annotated[date, BeforeValidator(_only_days), AfterValidator(_in_time)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_:./-]*$")]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Chart(StrEnum):
    LINE = "line"
    AREA = "area"
    BARS = "bars"
    STACKED_BARS = "stacked_bars"
    FIGURES = "figures"
    TABLE = "table"
    CARDS = "cards"
    HEAT_MAP = "heat_map"
    MAP = "map"


class Filters(Shape):
    """What a dashboard's widgets are asked with, in the words of GET /v1/widgets; what is left out is as it is there.

    An empty list of accounts is no account, and never all.
    """

    start: Day | None = Field(None, alias="from", description="First day, UTC.")
    end: Day | None = Field(None, alias="to", description="The day after the last one, UTC.")
    preset: Word | None = Field(
        None,
        description="A range by its name, instead of `from` and `to`.",
        json_schema_extra={"enum": [*PRESETS, None]},
    )
    timezone: Name | None = Field(None, description="IANA name.", examples=["Europe/Berlin"])
    accounts: tuple[UUID, ...] | None = Field(None, max_length=500)
    channels: tuple[Word, ...] | None = Field(None, max_length=20)
    labels: tuple[UUID, ...] | None = Field(None, max_length=200)
    plans: tuple[UUID, ...] | None = Field(None, max_length=200)
    formats: tuple[Literal["video", "photo"], ...] | None = Field(None, max_length=2)
    compare: tuple[Word, ...] | None = Field(None, max_length=MOST_COMPARISONS)

    @model_validator(mode="after")
    def _one_range(self) -> Self:
        if self.preset is not None and (self.start is not None or self.end is not None):
            raise ValueError("a preset stands alone: leave out from and to, or the preset")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError("from is not before to; the day in to is not part of the range")
        return self


class Settings(Shape):
    """How a widget is asked and shown, besides its filters."""

    attribution: Attribution | None = None
    lifecycle: Literal["live", "all"] | None = None
    sort: Slug | None = Field(None, description="A column, with a minus before it for descending.")
    limit: int | None = Field(None, ge=1, le=MOST_ROWS, strict=True)
    metrics: tuple[Slug, ...] | None = Field(
        None,
        min_length=1,
        max_length=40,
        description="What is shown, in this order; any metric where the widget has `any_metric`.",
    )
    chart: Chart | None = None


class Place(Shape):
    """Where a widget stands, in cells of a grid of 12 columns; `x` and `y` count from 0, from the upper left."""

    x: int = Field(ge=0, lt=COLUMNS, strict=True)
    y: int = Field(ge=0, le=_LAST_ROW, strict=True)
    w: int = Field(ge=1, le=COLUMNS, strict=True)
    h: int = Field(ge=1, le=_TALLEST, strict=True)


class Query(Shape):
    """A question of one's own, as POST /v1/query takes it."""

    metrics: tuple[Slug, ...] = Field(min_length=1, max_length=20)
    dimensions: tuple[Slug, ...] = Field((), max_length=8)


class GivenWidget(Shape):
    """A widget of the catalog, or a question of one's own. Each of its filters stands in place of the dashboard's."""

    widget_id: UUID | None = Field(None, description="Of a widget the dashboard has; a new one gets its own.")
    title: Name | None = Field(None, description="In place of the widget's own name.")
    widget: Slug | None = Field(None, description="Slug of a widget of the catalog.")
    query: Query | None = None
    settings: Settings = Settings()
    filters: Filters | None = None
    place: Place

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if (self.widget is None) == (self.query is None):
            raise ValueError("a widget has either `widget`, a slug of the catalog, or `query`")
        return self


class DashboardWidget(GivenWidget):
    widget_id: UUID


class Given(Shape):
    """A dashboard's content as somebody sends it."""

    name: Name
    description: Text = ""
    filters: Filters = Filters()
    widgets: tuple[GivenWidget, ...] = Field((), max_length=MOST_WIDGETS)

    @property
    def all_filters(self) -> tuple[Filters, ...]:
        return _all_filters(self.filters, self.widgets)


class Dashboard(Shape):
    """`version` grows by one with each change. Moments are wall time; who is a subject such as `user:<id>`."""

    dashboard_id: UUID
    workspace_id: UUID
    name: str
    description: str
    filters: Filters
    widgets: tuple[DashboardWidget, ...]
    version: int
    created_by: str
    created_at: Timestamp
    changed_by: str
    changed_at: Timestamp

    def widget(self, widget_id: UUID) -> DashboardWidget | None:
        return next((widget for widget in self.widgets if widget.widget_id == widget_id), None)

    @property
    def all_filters(self) -> tuple[Filters, ...]:
        return _all_filters(self.filters, self.widgets)

    @property
    def account_ids(self) -> frozenset[UUID]:
        """Accounts that its filters name."""
        return frozenset(account for filters in self.all_filters for account in filters.accounts or ())


def _all_filters(shared: Filters, widgets: Sequence[GivenWidget]) -> tuple[Filters, ...]:
    return (shared, *(widget.filters for widget in widgets if widget.filters is not None))


class Template(Shape):
    """A dashboard's content to begin others with. It names no accounts: those are chosen where it is used."""

    template_id: str
    workspace_id: UUID | None
    """None for one that every workspace has."""
    name: str
    description: str
    content: Given
    created_by: str
    created_at: Timestamp | None
