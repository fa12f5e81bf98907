"""Imports in MongoDB, one document each, with all that the file would write."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from common.documents.store import Database, Document, Taken
from query_api.domain.studio_import.importing import State, StudioImport
from query_api.ports.imports import MomentTaken

# A document may be of a megabyte.
_AT_A_LOOK = 5
_MOST_LISTED = 1_000
_LARGE = ("figures", "problems")
_TO_BE_TOLD = (State.PUBLISHING, State.UNDOING)


class MongoImports:
    def __init__(self, database: Database) -> None:
        self._imports = database.collection("imports")

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        await self._imports.index("account_id", "observed_at", unique=True)
        await self._imports.index("workspace_id", "state")
        await self._imports.index("state", "created_at")

    async def add(self, made: StudioImport) -> None:
        try:
            await self._imports.insert({"_id": str(made.import_id), **_fields(made)})
        except Taken:
            raise MomentTaken from None

    async def get(self, workspace_id: UUID, import_id: UUID) -> StudioImport | None:
        found = await self._imports.find_one({"_id": str(import_id), "workspace_id": str(workspace_id)})
        return None if found is None else _import(found)

    async def replace(self, later: StudioImport) -> bool:
        before = {"_id": str(later.import_id), "revision": later.revision - 1}
        return await self._imports.update(before, {"$set": _fields(later)})

    async def of_accounts(self, workspace_id: UUID, account_ids: Collection[UUID]) -> Sequence[StudioImport]:
        whose = {"workspace_id": str(workspace_id), "account_id": {"$in": sorted(map(str, account_ids))}}
        found = await self._imports.find(whose, sort=[("_id", -1)], limit=_MOST_LISTED, without=_LARGE)
        return [_import({**one, "figures": (), "problems": ()}) for one in found]

    async def unconfirmed(self, workspace_id: UUID) -> int:
        return await self._imports.count({"workspace_id": str(workspace_id), "state": State.PREVIEWED.value})

    async def to_be_told(self) -> Sequence[StudioImport]:
        states = {"state": {"$in": [one.value for one in _TO_BE_TOLD]}}
        return [_import(one) for one in await self._imports.find(states, sort=[("_id", 1)], limit=_AT_A_LOOK)]

    async def remove_unconfirmed(self, before: datetime) -> None:
        await self._imports.remove({"state": State.PREVIEWED.value, "created_at": {"$lt": before}})

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        await self._imports.remove({"workspace_id": str(workspace_id), "account_id": str(account_id)})
        return True

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self._imports.remove({"workspace_id": str(workspace_id)})
        return True


def _fields(one: StudioImport) -> Document:
    # Moments as such, which compare; ids, days and all else as texts.
    moments = {name: getattr(one, name) for name in ("created_at", "observed_at", "recorded_at", "retracted_at")}
    return {**one.model_dump(mode="json", exclude={"import_id", *moments}), **moments}


def _import(found: Document) -> StudioImport:
    return StudioImport.model_validate({**found, "import_id": found["_id"]})
