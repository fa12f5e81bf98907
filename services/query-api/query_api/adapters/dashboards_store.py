"""Dashboards and templates in MongoDB. A deleted dashboard leaves its id, its version and who deleted it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from common.documents.store import Database, Document, Taken
from query_api.domain.dashboard import Dashboard, Template


class MongoDashboards:
    def __init__(self, database: Database) -> None:
        self._dashboards = database.collection("dashboards")

    async def prepare(self) -> None:
        """Make the index that is missing."""
        await self._dashboards.index("workspace_id")

    async def add(self, dashboard: Dashboard) -> bool:
        try:
            await self._dashboards.insert({"_id": str(dashboard.dashboard_id), **_document(dashboard)})
        except Taken:
            return False
        return True

    async def get(self, workspace_id: UUID, dashboard_id: UUID) -> Dashboard | None:
        found = await self._dashboards.find_one({"_id": str(dashboard_id), **_living(workspace_id)})
        return None if found is None else _dashboard(found)

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Dashboard]:
        found = await self._dashboards.find(_living(workspace_id), sort=[("created_at", 1), ("_id", 1)])
        return [_dashboard(document) for document in found]

    async def replace(self, dashboard: Dashboard) -> bool:
        before = {"_id": str(dashboard.dashboard_id), "version": dashboard.version - 1}
        return await self._dashboards.update(
            {**before, **_living(dashboard.workspace_id)}, {"$set": _document(dashboard)}
        )

    async def remove(self, workspace_id: UUID, dashboard_id: UUID, *, version: int, by: str, at: datetime) -> bool:
        emptied = {"deleted": True, "changed_by": by, "changed_at": at, "version": version + 1}
        contents = {"name": "", "description": "", "filters": "", "widgets": ""}
        return await self._dashboards.update(
            {"_id": str(dashboard_id), "version": version, **_living(workspace_id)},
            {"$set": emptied, "$unset": contents},
        )

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self._dashboards.remove({"workspace_id": str(workspace_id)})
        return True


class MongoTemplates:
    def __init__(self, database: Database) -> None:
        self._templates = database.collection("dashboard_templates")

    async def prepare(self) -> None:
        """Make the index that is missing."""
        await self._templates.index("workspace_id")

    async def add(self, template: Template) -> None:
        await self._templates.insert(
            {"_id": template.template_id, **template.model_dump(mode="json", by_alias=True, exclude_none=True)}
        )

    async def get(self, workspace_id: UUID, template_id: str) -> Template | None:
        found = await self._templates.find_one({"_id": template_id, "workspace_id": str(workspace_id)})
        return None if found is None else _template(found)

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Template]:
        found = await self._templates.find({"workspace_id": str(workspace_id)}, sort=[("_id", 1)])
        return [_template(document) for document in found]

    async def replace(self, template: Template) -> None:
        key = {"_id": template.template_id, "workspace_id": str(template.workspace_id)}
        content = template.content.model_dump(mode="json", by_alias=True, exclude_none=True)
        await self._templates.update(key, {"$set": {"content": content}})

    async def remove(self, workspace_id: UUID, template_id: str) -> bool:
        return await self._templates.take({"_id": template_id, "workspace_id": str(workspace_id)}) is not None

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self._templates.remove({"workspace_id": str(workspace_id)})
        return True


def _living(workspace_id: UUID) -> Document:
    return {"workspace_id": str(workspace_id), "deleted": False}


def _document(dashboard: Dashboard) -> Document:
    return {**dashboard.model_dump(mode="json", by_alias=True, exclude_none=True), "deleted": False}


def _dashboard(document: Document) -> Dashboard:
    # A newer replica may have written what this one does not know.
    return Dashboard.model_validate(document, extra="ignore")


def _template(document: Document) -> Template:
    return Template.model_validate({"created_at": None, **document}, extra="ignore")
