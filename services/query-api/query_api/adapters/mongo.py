"""MongoDB through motor, the only module that knows the driver: the accounts of each workspace."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from uuid import UUID

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from common.events import AccountV1
from query_api.ports import Unavailable

Document = Mapping[str, object]

_MILLISECONDS_TO_CONNECT = 3_000
_MILLISECONDS_TO_ANSWER = 10_000


class MongoAccounts:
    """Each account's newest state, as its events told it."""

    def __init__(self, database: "AsyncIOMotorDatabase[Document]") -> None:
        self._database = database
        self._accounts: AsyncIOMotorCollection[Document] = database["accounts"]

    async def prepare(self) -> None:
        """Make the index that is missing."""
        with _translated():
            await self._accounts.create_index("workspace_id")

    async def check(self) -> None:
        with _translated():
            await self._database.client.admin.command("ping")

    async def keep(self, account: AccountV1) -> None:
        """Keep `account` unless a state of the same or a higher revision is there."""
        older = {"_id": str(account.account_id), "revision": {"$lt": account.revision}}
        with _translated():
            try:
                await self._accounts.replace_one(older, account.model_dump(mode="json"), upsert=True)
            except DuplicateKeyError:
                # The id is there but no older revision: what came is late.
                return

    async def of_workspace(self, workspace_id: UUID) -> Sequence[AccountV1]:
        with _translated():
            found = await self._accounts.find({"workspace_id": str(workspace_id)}, sort=[("_id", 1)]).to_list(None)
        return [AccountV1.model_validate(document) for document in found]


@asynccontextmanager
async def opened(url: str, database: str) -> AsyncIterator[MongoAccounts]:
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
        url, serverSelectionTimeoutMS=_MILLISECONDS_TO_CONNECT, socketTimeoutMS=_MILLISECONDS_TO_ANSWER
    )
    try:
        yield MongoAccounts(client[database])
    finally:
        client.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        # Without the driver's text: it may hold the address with a password.
        raise Unavailable(f"the account store ({type(error).__name__})") from error
