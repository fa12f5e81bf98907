"""Each account's newest state, as its events told it, in MongoDB."""

from collections.abc import Sequence
from uuid import UUID

from common.documents.store import Database, Taken
from common.events import AccountV1
from query_api.domain.erasing import is_personal, without_personal_data


class MongoAccounts:
    def __init__(self, database: Database) -> None:
        self._accounts = database.collection("accounts")

    async def prepare(self) -> None:
        """Make the index that is missing."""
        await self._accounts.index("workspace_id")

    async def keep(self, account: AccountV1) -> None:
        """Keep `account` unless a state of the same or a higher revision is there."""
        older = {"_id": str(account.account_id), "revision": {"$lt": account.revision}}
        try:
            await self._accounts.put(older, account.model_dump(mode="json"))
        except Taken:
            # The id is there but no older revision: what came is late.
            return

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        """Leave the record without personal data: its revision keeps older states away."""
        whose = {"_id": str(account_id), "workspace_id": str(workspace_id)}
        found = await self._accounts.find_one(whose)
        if found is not None:
            empty = without_personal_data(AccountV1.model_validate(found))
            await self._accounts.update({**whose, "revision": empty.revision}, {"$set": empty.model_dump(mode="json")})
        return found is None or not is_personal(AccountV1.model_validate(found))

    async def of_workspace(self, workspace_id: UUID) -> Sequence[AccountV1]:
        found = await self._accounts.find({"workspace_id": str(workspace_id)}, sort=[("_id", 1)])
        return [AccountV1.model_validate(document) for document in found]
