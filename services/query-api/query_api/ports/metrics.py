"""What custom metrics need from outside, and what others need of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from common.catalog import Metric
from query_api.domain.custom_metrics import Book
from query_api.ports.uses import MetricUsers


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPorts:
    """All of them together; `users` are whatever else may name a metric."""

    custom: CustomMetrics
    books: MetricBooks
    users: tuple[MetricUsers, ...]
