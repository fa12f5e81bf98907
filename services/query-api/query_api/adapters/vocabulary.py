"""What a workspace can name besides the catalog: its own metrics, its labels and plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from common.catalog import Metric
from query_api.ports.labels import Labels
from query_api.ports.metrics import CustomMetrics


@dataclass(frozen=True, slots=True, kw_only=True)
class OfStores:
    metrics: CustomMetrics
    kept_labels: Labels

    async def custom_metrics(self, workspace_id: UUID) -> Mapping[str, Metric]:
        return await self.metrics.metrics_of(workspace_id)

    async def labels(self, workspace_id: UUID) -> frozenset[UUID]:
        everyone = await self.kept_labels.of_workspace(workspace_id)
        return frozenset(one.label_id for one in everyone if one.ended_at is None)
