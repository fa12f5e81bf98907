"""The ledger of erasures in MongoDB: an account's is kept for ever, its completion in the same document."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from common.documents.outbox import MongoOutbox
from common.documents.store import Database, Document, Taken
from common.events import ErasureV1
from query_api.domain.erasing import Erasure


class MongoErasures:
    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._erasures = database.collection("erasures")
        self.outbox = MongoOutbox(self._erasures, ErasureV1, written)

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        await self._erasures.index("done_at")
        await self.outbox.prepare()

    async def note(self, asked: Erasure) -> None:
        while (known := await self._of(asked)) is None or known.erased_at < asked.erased_at:
            if await (self._insert(asked) if known is None else self.replace(known.asked_again(asked))):
                return

    async def open(self) -> Sequence[Erasure]:
        return [Erasure.model_validate(one) for one in await self._erasures.find({"done_at": None}, sort=[("_id", 1)])]

    async def replace(self, erasure: Erasure) -> bool:
        events = (erasure.completion,) if erasure.done_at else ()
        key = _key(erasure.workspace_id, erasure.account_id)
        return await self.outbox.write(key, _fields(erasure), events=events, revision=erasure.revision)

    async def among(self, workspace_id: UUID, account_ids: Collection[UUID]) -> frozenset[UUID]:
        keys = [_key(workspace_id, one) for one in account_ids]
        found = await self._erasures.find({"_id": {"$in": keys}})
        return frozenset(Erasure.model_validate(one).account_id for one in found)

    async def _of(self, asked: Erasure) -> Erasure | None:
        found = await self._erasures.find_one({"_id": _key(asked.workspace_id, asked.account_id)})
        return None if found is None else Erasure.model_validate(found)

    async def _insert(self, erasure: Erasure) -> bool:
        key = _key(erasure.workspace_id, erasure.account_id)
        try:
            await self._erasures.insert({"_id": key, **_fields(erasure), "outbox": []})
        except Taken:
            return False
        return True


def _key(workspace_id: UUID, account_id: UUID) -> str:
    return f"{workspace_id}:{account_id}"


def _fields(erasure: Erasure) -> Document:
    return erasure.model_dump(mode="json")
