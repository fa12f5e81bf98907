"""What a workspace can name besides the catalog."""

from uuid import UUID


class CatalogOnly:
    """Where nobody keeps custom metrics or labels: none of them is judged."""

    async def custom_metrics(self, _: UUID) -> frozenset[str] | None:
        return None

    async def labels(self, _: UUID) -> frozenset[UUID] | None:
        return None
