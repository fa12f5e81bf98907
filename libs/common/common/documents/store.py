"""MongoDB through motor: the only module that knows the driver, because upstream has deprecated it."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

Document = Mapping[str, object]

# Milliseconds; an address with options of its own keeps those.
_TIME_OUTS = {"serverSelectionTimeoutMS": 3_000, "connectTimeoutMS": 3_000, "socketTimeoutMS": 10_000}


Failed = Callable[[str], Exception]
"""The service's own exception for a database that does not answer, made from a sentence that quotes no document."""


class Taken(Exception):
    """A unique index refuses the document."""


class Collection:
    """The operations we use, each atomic on one document. Driver errors leave as the service's own exception."""

    def __init__(self, collection: "AsyncIOMotorCollection[Document]", failed: Failed) -> None:
        self._collection = collection
        self._failed = failed

    async def insert(self, document: Document) -> None:
        """Raises `Taken`."""
        with _translated(self._failed):
            await self._collection.insert_one(dict(document))

    async def find_one(self, query: Document) -> Document | None:
        with _translated(self._failed):
            return await self._collection.find_one(query)

    async def find(
        self, query: Document, *, sort: Sequence[tuple[str, int]] = (), limit: int = 0, without: Sequence[str] = ()
    ) -> Sequence[Document]:
        """The documents, `without` some of their fields."""
        with _translated(self._failed):
            projection = dict.fromkeys(without, 0) or None
            cursor = self._collection.find(query, projection, sort=list(sort) or None, limit=limit)
            return await cursor.to_list(None)

    async def update(self, query: Document, change: Document) -> bool:
        """Whether a document matched."""
        with _translated(self._failed):
            return (await self._collection.update_one(query, change)).matched_count == 1

    async def update_all(self, query: Document, change: Document) -> int:
        """How many documents matched."""
        with _translated(self._failed):
            return int((await self._collection.update_many(query, change)).matched_count)

    async def count(self, query: Document) -> int:
        with _translated(self._failed):
            return int(await self._collection.count_documents(query))

    async def find_and_update(self, query: Document, change: Document) -> Document | None:
        """The document after the change, or None."""
        with _translated(self._failed):
            found = await self._collection.find_one_and_update(query, change, return_document=ReturnDocument.AFTER)
            return cast("Document | None", found)

    async def find_or_insert(self, query: Document, change: Document) -> Document:
        """The document after the change, made if there was none. Raises `Taken` when another made it at once."""
        with _translated(self._failed):
            after = ReturnDocument.AFTER
            return await self._collection.find_one_and_update(query, change, upsert=True, return_document=after)

    async def put(self, query: Document, document: Document) -> None:
        """Replace the one that matches, or insert it. Raises `Taken`."""
        with _translated(self._failed):
            await self._collection.replace_one(query, dict(document), upsert=True)

    async def take(self, query: Document) -> Document | None:
        """Remove and return one document."""
        with _translated(self._failed):
            return cast("Document | None", await self._collection.find_one_and_delete(query))

    async def remove(self, query: Document) -> None:
        with _translated(self._failed):
            await self._collection.delete_many(query)

    async def index(self, *fields: str, unique: bool = False) -> None:
        with _translated(self._failed):
            await self._collection.create_index([(field, 1) for field in fields], unique=unique)


class Database:
    def __init__(self, database: "AsyncIOMotorDatabase[Document]", failed: Failed) -> None:
        self._database = database
        self._failed = failed

    def collection(self, name: str) -> Collection:
        return Collection(self._database[name], self._failed)

    async def ping(self) -> None:
        with _translated(self._failed):
            await self._database.command("ping")


@asynccontextmanager
async def opened(url: str, name: str, *, failed: Failed) -> AsyncIterator[Database]:
    """The database `name`; the driver connects at the first use."""
    given = {option.lower() for option in parse_qs(urlsplit(url).query)}
    # Any: so are the driver's options.
    time_outs: dict[str, Any] = {option: limit for option, limit in _TIME_OUTS.items() if option.lower() not in given}
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(url, tz_aware=True, **time_outs)
    try:
        yield Database(client[name], failed)
    finally:
        client.close()


@contextmanager
def _translated(failed: Failed) -> Iterator[None]:
    # Neither text quotes the driver's: it may hold the document.
    try:
        yield
    except DuplicateKeyError:
        raise Taken("a unique index refuses the document") from None
    except PyMongoError as error:
        raise failed(f"The database did not answer ({type(error).__name__}); try again.") from None
