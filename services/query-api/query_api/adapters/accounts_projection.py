"""The accounts of all workspaces, brought from tiktok.accounts.v1 into the store."""

from aiokafka import ConsumerRecord

from common.events import AccountV1, UndecodableEvent, decode
from common.events.topics import ACCOUNTS
from query_api.adapters.following import Follower, Undecodable
from query_api.adapters.kept_accounts import KeptAccounts
from query_api.domain.erasing import without_personal_data
from query_api.ports.erasing import Ledger


class AccountsProjection:
    def __init__(self, *, bootstrap: str, store: KeptAccounts, ledger: Ledger, undecodable: Undecodable) -> None:
        self.follower = Follower(ACCOUNTS, bootstrap=bootstrap, handle=self.handle)
        self._store = store
        self._ledger = ledger
        self._undecodable = undecodable

    async def handle(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            account = decode(AccountV1, record.value)
        except UndecodableEvent as error:
            self._undecodable.note(
                topic=record.topic, partition=record.partition, offset=record.offset, reason=str(error)
            )
            return
        # The ledger is looked at on both sides of the write: whoever erases may be at it now.
        erased = await self._is_erased(account)
        await self._store.keep(without_personal_data(account) if erased else account)
        if not erased and await self._is_erased(account):
            await self._store.erase(account.workspace_id, account.account_id)

    async def _is_erased(self, account: AccountV1) -> bool:
        return bool(await self._ledger.among(account.workspace_id, [account.account_id]))
