"""Which labels and plans each post has, in MongoDB: one document a post, its event in the same document."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from common.documents.outbox import MongoOutbox
from common.documents.store import Database, Document, Taken
from common.events import PostLabelsV1
from query_api.domain.post_labels import PostLabels, PostRef
from query_api.ports.labels import Limited

_AT_A_LOOK = 500
# An ended one waits for its tombstone to be told.
_STANDING: Document = {"ended": {"$ne": True}}


class MongoPostLabels:
    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._posts = database.collection("post_labels")
        self.outbox = MongoOutbox(self._posts, PostLabelsV1, written)

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        for field in ("ids", "kept_off", "account_id"):
            await self._posts.index("workspace_id", field)
        await self.outbox.prepare()

    async def of_posts(self, workspace_id: UUID, refs: Sequence[PostRef]) -> Mapping[PostRef, PostLabels]:
        keys = [_key(workspace_id, ref) for ref in refs]
        found = await self._posts.find({"_id": {"$in": keys}, **_STANDING})
        return {labels.ref: labels for labels in map(PostLabels.model_validate, found)}

    async def write(self, labels: PostLabels) -> bool:
        key, fields = _key(labels.workspace_id, labels.ref), _fields(labels)
        if labels.revision > 1:
            return await self.outbox.replace(key, fields, event=labels.event, revision=labels.revision)
        try:
            await self.outbox.insert({"_id": key, **fields}, labels.event, labels.revision)
        except Taken:
            return False
        return True

    async def marked(self, workspace_id: UUID, label_id: UUID, *, limit: int) -> Sequence[PostLabels]:
        marks = [{"ids": str(label_id)}, {"kept_off": str(label_id)}]
        found = await self._posts.find({"workspace_id": str(workspace_id), "$or": marks, **_STANDING}, limit=limit)
        return [PostLabels.model_validate(one) for one in found]

    async def count(self, workspace_id: UUID, label_id: UUID, *, within: Limited) -> int:
        accounts = {} if within is None else {"account_id": {"$in": [str(one) for one in within]}}
        return await self._posts.count({"workspace_id": str(workspace_id), "ids": str(label_id), **accounts})

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        return await self._erase({"workspace_id": str(workspace_id), "account_id": str(account_id)})

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        return await self._erase({"workspace_id": str(workspace_id)})

    async def _erase(self, theirs: Document) -> bool:
        while found := await self._posts.find({**theirs, **_STANDING}, limit=_AT_A_LOOK):
            for labels in map(PostLabels.model_validate, found):
                await self._end(labels)
        return await self._posts.find_one(theirs) is None

    async def _end(self, labels: PostLabels) -> None:
        whose = {"workspace_id": str(labels.workspace_id), "account_id": str(labels.ref.account_id)}
        key, revision = _key(labels.workspace_id, labels.ref), labels.revision + 1
        await self.outbox.end(key, {**whose, "ended": True}, tombstone=labels.event.key, revision=revision)


def _key(workspace_id: UUID, ref: PostRef) -> str:
    return f"{workspace_id}:{ref.account_id}:{ref.post_id}"


def _fields(labels: PostLabels) -> Document:
    return {**labels.model_dump(mode="json"), "ids": [str(one) for one in labels.ids]}
