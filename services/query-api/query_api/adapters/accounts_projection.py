"""The accounts of all workspaces, brought from tiktok.accounts.v1 into the store."""

from aiokafka import ConsumerRecord

from common.events import AccountV1, UndecodableEvent, decode
from common.events.topics import ACCOUNTS
from query_api.adapters.accounts_store import MongoAccounts
from query_api.adapters.following import Follower, Undecodable
from query_api.adapters.kept_accounts import KeptAccounts


class AccountsProjection:
    def __init__(self, *, bootstrap: str, store: MongoAccounts, kept: KeptAccounts, undecodable: Undecodable) -> None:
        self.follower = Follower(ACCOUNTS, bootstrap=bootstrap, handle=self.handle)
        self._store = store
        self._kept = kept
        self._undecodable = undecodable

    async def handle(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            account = decode(AccountV1, record.value)
        except UndecodableEvent as error:
            self._undecodable.note(
                topic=record.topic, partition=record.partition, offset=record.offset, reason=str(error)
            )
            return
        try:
            await self._store.keep(account)
        finally:
            self._kept.changed(account.workspace_id)
