"""Auto-label rules in MongoDB."""

from collections.abc import Sequence
from uuid import UUID

from common.documents.store import Database, Document
from query_api.domain.label_rules import LabelRule


class MongoLabelRules:
    def __init__(self, database: Database) -> None:
        self._rules = database.collection("label_rules")

    async def prepare(self) -> None:
        """Make the index that is missing."""
        await self._rules.index("workspace_id")

    async def add(self, rule: LabelRule) -> None:
        await self._rules.insert({"_id": str(rule.rule_id), **_fields(rule)})

    async def replace(self, rule: LabelRule) -> bool:
        same = {"_id": str(rule.rule_id), "revision": rule.revision - 1}
        return await self._rules.update(same, {"$set": _fields(rule)})

    async def remove(self, rule: LabelRule) -> None:
        await self._rules.remove({"_id": str(rule.rule_id), "workspace_id": str(rule.workspace_id)})

    async def of_workspace(self, workspace_id: UUID) -> Sequence[LabelRule]:
        found = await self._rules.find({"workspace_id": str(workspace_id)}, sort=[("_id", 1)])
        return [LabelRule.model_validate({**one, "rule_id": one["_id"]}) for one in found]

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        """A rule of no other account goes with it."""
        limited = {"workspace_id": str(workspace_id), "accounts": str(account_id)}
        await self._rules.update_all(limited, {"$pull": {"accounts": str(account_id)}})
        await self._rules.remove({"workspace_id": str(workspace_id), "accounts": []})
        return await self._rules.find_one(limited) is None

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self._rules.remove({"workspace_id": str(workspace_id)})
        return True


def _fields(rule: LabelRule) -> Document:
    return rule.model_dump(mode="json", exclude={"rule_id"})
