"""What custom metrics need from outside, and what others need of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from common.catalog import Attribution, Metric
from query_api.domain.custom_metrics import Book
from query_api.domain.date_range import DateRange


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricUser:
    """Something that shows a metric or is made of it; `kind` such as `metric`, `dashboard`, `export`."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A formula's figures: of every day of a range, and of the range."""

    days: Mapping[date, float | None]
    whole: float | None


class CustomMetrics(Protocol):
    async def metrics_of(self, workspace_id: UUID) -> Mapping[str, Metric]:
        """The workspace's own metrics, by the slug they are asked for with; raises `Unavailable`."""
        ...


class MetricBooks(Protocol):
    async def of_workspace(self, workspace_id: UUID) -> Book:
        """Raises `Unavailable`."""
        ...

    async def replace(self, workspace_id: UUID, book: Book) -> bool:
        """Write the book unless another revision than its own is there now; whether it was written."""
        ...


class MetricUsers(Protocol):
    async def users_of(self, workspace_id: UUID) -> Mapping[str, Sequence[MetricUser]]:
        """What of this kind names a metric, by the metric's slug; raises `Unavailable`."""
        ...


class MetricPreviews(Protocol):
    async def preview(
        self, metric: Metric, attribution: Attribution, *, workspace_id: UUID, accounts: Sequence[UUID], days: DateRange
    ) -> Previewed:
        """Raises `Unavailable` or `TooMuch`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPorts:
    """All of them together; `users` are whatever else may name a metric."""

    custom: CustomMetrics
    books: MetricBooks
    users: tuple[MetricUsers, ...]
    previews: MetricPreviews
