"""Progress in Mongo, one document per account, replaced by compare-and-set on its version; its posts in another, which
only grows. The only module that opens the database."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import ValidationError
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from ingestor.domain.posts import Ledger
from ingestor.domain.progress import Progress
from ingestor.ports import ProgressConflict, StoreUnavailable

# Documents as the driver gives them.
Document: TypeAlias = Mapping[str, Any]

_PROGRESS, _POSTS = "progress", "posts"
# A database that is away is noticed by the caller, who waits and tries again (wall milliseconds).
_SELECTION_MS = 5_000


class MongoProgress:
    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        self._admin = client.admin
        self.database: AsyncDatabase[Document] = client[database]
        self._documents = self.database[_PROGRESS]
        self._posts = self.database[_POSTS]

    async def load(self, account_id: UUID) -> Progress:
        with translated(f"reading the progress of account {account_id}"):
            document = await self._documents.find_one({"_id": str(account_id)})
        return _from_document(document) if document else Progress(account_id=account_id)

    async def save(self, progress: Progress) -> Progress:
        saved = progress.model_copy(update={"version": progress.version + 1})
        with translated(f"saving the progress of account {progress.account_id}"):
            replaced = await self._replace(progress, _to_document(saved))
        if not replaced:
            raise ProgressConflict(
                f"the progress of account {progress.account_id} is not at {progress.version} any more"
            )
        return saved

    async def ledger(self, account_id: UUID) -> Ledger:
        with translated(f"reading the posts of account {account_id}"):
            document = await self._posts.find_one({"_id": str(account_id)})
        return Ledger(account_id, tuple(document["post_ids"]) if document else ())

    async def enter(self, ledger: Ledger, post_ids: Sequence[str]) -> Ledger:
        account_id, count = str(ledger.account_id), len(ledger.post_ids)
        added = {"$push": {"post_ids": {"$each": list(post_ids)}}, "$inc": {"count": len(post_ids)}}
        with translated(f"saving the posts of account {account_id}"):
            entered = await self._enter({"_id": account_id, "count": count}, added, first=count == 0)
        if not entered:
            raise ProgressConflict(f"the posts of account {account_id} are not {count} any more")
        return Ledger(ledger.account_id, (*ledger.post_ids, *post_ids))

    async def forget(self, account_id: UUID) -> None:
        with translated(f"erasing what is known of account {account_id}"):
            await self._documents.delete_one({"_id": str(account_id)})
            await self._posts.delete_one({"_id": str(account_id)})

    async def check(self) -> None:
        await self._admin.command("ping")

    async def _replace(self, progress: Progress, document: Mapping[str, object]) -> bool:
        expected = {"_id": str(progress.account_id), "version": progress.version}
        if progress.version == 0:
            return await self._insert(document)
        result = await self._documents.replace_one(expected, document)
        return bool(result.matched_count)

    async def _enter(self, expected: Mapping[str, object], added: Mapping[str, object], *, first: bool) -> bool:
        try:
            result = await self._posts.update_one(expected, added, upsert=first)
        except DuplicateKeyError:
            return False
        return bool(result.matched_count) or result.upserted_id is not None

    async def _insert(self, document: Mapping[str, object]) -> bool:
        try:
            await self._documents.insert_one(document)
        except DuplicateKeyError:
            return False
        return True


@asynccontextmanager
async def connect(url: str, database: str) -> AsyncIterator[MongoProgress]:
    client: AsyncMongoClient[Document]
    async with AsyncMongoClient(url, serverSelectionTimeoutMS=_SELECTION_MS, tz_aware=True) as client:
        yield MongoProgress(client, database)


def _to_document(progress: Progress) -> dict[str, object]:
    # JSON mode: ids and moments are text, so that a document reads like the events.
    return {"_id": str(progress.account_id), **progress.model_dump(mode="json")}


def _from_document(document: Mapping[str, object]) -> Progress:
    try:
        return Progress.model_validate({**document})
    except ValidationError as error:
        raise StoreUnavailable(f"the progress document {document['_id']} is not readable: {error}") from error


@contextmanager
def translated(doing: str) -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        raise StoreUnavailable(f"{doing}: {type(error).__name__}: {error}") from error
