"""The accounts of all workspaces, brought from tiktok.accounts.v1 into the store."""

from collections.abc import Awaitable, Callable

from aiokafka import ConsumerRecord

from common.events import AccountStatus, AccountV1, UndecodableEvent, decode
from common.events.topics import ACCOUNTS
from query_api.adapters.accounts_store import MongoAccounts
from query_api.adapters.following import Follower, Undecodable

Erased = Callable[[AccountV1], Awaitable[None]]


class AccountsProjection:
    """`erased` hears of every account that is, at each start again, so that nothing of it is forgotten."""

    def __init__(self, *, bootstrap: str, store: MongoAccounts, undecodable: Undecodable, erased: Erased) -> None:
        self.follower = Follower(ACCOUNTS, bootstrap=bootstrap, handle=self.handle)
        self._store = store
        self._undecodable = undecodable
        self._erased = erased

    async def handle(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            account = decode(AccountV1, record.value)
        except UndecodableEvent as error:
            self._undecodable.note(
                topic=record.topic, partition=record.partition, offset=record.offset, reason=str(error)
            )
            return
        await self._store.keep(account)
        if account.status is AccountStatus.ERASED:
            await self._erased(account)
