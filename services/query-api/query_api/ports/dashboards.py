"""What dashboards, their links and annotations need from outside, and what others may ask of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from common.catalog import Metric
from query_api.domain.annotation import Annotation
from query_api.domain.dashboard import Dashboard, Template
from query_api.domain.share import Share
from query_api.ports.limits import RateLimits


class DashboardStore(Protocol):
    """Every call raises `Unavailable`. A deleted dashboard is in none of the answers, but its id stays taken."""

    async def add(self, dashboard: Dashboard) -> bool:
        """False when its id was ever taken."""
        ...

    async def get(self, workspace_id: UUID, dashboard_id: UUID) -> Dashboard | None: ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Dashboard]:
        """The oldest first."""
        ...

    async def replace(self, dashboard: Dashboard) -> bool:
        """Put it in place of the version before it; False when that is not the newest."""
        ...

    async def remove(self, workspace_id: UUID, dashboard_id: UUID, *, version: int, by: str, at: datetime) -> bool:
        """False when `version` is not the newest."""
        ...


class TemplateStore(Protocol):
    async def add(self, template: Template) -> None: ...

    async def get(self, workspace_id: UUID, template_id: str) -> Template | None: ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Template]: ...

    async def replace(self, template: Template) -> None:
        """Its content anew, where it is there."""
        ...

    async def remove(self, workspace_id: UUID, template_id: str) -> bool: ...


class ShareStore(Protocol):
    async def add(self, share: Share) -> None: ...

    async def get(self, share_id: UUID) -> Share | None:
        """Of any workspace: who asks is known only by the link."""
        ...

    async def of_dashboard(self, workspace_id: UUID, dashboard_id: UUID) -> Sequence[Share]: ...

    async def revoke(self, share: Share, *, by: str, at: datetime) -> None:
        """One that was revoked before stays as it was."""
        ...

    async def used(self, share: Share, at: datetime) -> None: ...

    async def remove_ended(self, before: datetime) -> None:
        """Those that expired or were revoked before."""
        ...

    async def forget_account(self, workspace_id: UUID, account_id: UUID) -> None:
        """Its id leaves every link's list."""
        ...


class AnnotationStore(Protocol):
    async def add(self, annotation: Annotation) -> None: ...

    async def get(self, workspace_id: UUID, annotation_id: UUID) -> Annotation | None: ...

    async def between(self, workspace_id: UUID, start: date, end: date) -> Sequence[Annotation]:
        """Those that have a day in the half-open range, by day."""
        ...

    async def count(self, workspace_id: UUID) -> int: ...

    async def replace(self, annotation: Annotation) -> bool:
        """Put it in place of the version before it; False when that is not the newest."""
        ...

    async def remove(self, workspace_id: UUID, annotation_id: UUID, *, version: int) -> bool:
        """False when `version` is not the newest."""
        ...

    async def remove_of_dashboard(self, workspace_id: UUID, dashboard_id: UUID) -> None: ...

    async def remove_of_account(self, workspace_id: UUID, account_id: UUID) -> None: ...


class Vocabulary(Protocol):
    """What a workspace can name besides the catalog."""

    async def custom_metrics(self, workspace_id: UUID) -> Mapping[str, Metric]:
        """By the slug they are asked for with."""
        ...

    async def labels(self, workspace_id: UUID) -> frozenset[UUID]:
        """Labels and plans."""
        ...


class Randomness(Protocol):
    def new_id(self) -> UUID:
        """A UUIDv7."""
        ...

    def new_secret(self) -> str:
        """256 bits, fit for an address."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardPorts:
    """All of them together, as the routes get them; `public_url` is the origin that links begin with."""

    dashboards: DashboardStore
    templates: TemplateStore
    shares: ShareStore
    annotations: AnnotationStore
    vocabulary: Vocabulary
    randomness: Randomness
    link_limits: RateLimits
    public_url: str
