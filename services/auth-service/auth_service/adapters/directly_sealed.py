"""Values that the ring itself seals, because they are of no workspace or short-lived: which, and how they are bound."""

from dataclasses import dataclass

from auth_service.adapters.paging import pages
from auth_service.adapters.token_cipher import TokenCipher
from auth_service.domain.errors import SecretUnreadable
from auth_service.ports_tokens import Rewrapped
from common.documents.store import Collection, Database, Document


@dataclass(frozen=True, slots=True)
class Sealed:
    """One field of a collection; `binding` is filled from its document."""

    collection: str
    field: str
    binding: str


SEALED = (
    Sealed("notices", "link", "notice/{_id}/link/1"),
    Sealed("replays", "answer", "replay/{_id}"),
    Sealed("second_factors", "secret", "second-factor/{_id}/secret/1"),
)


class DirectlySealed:
    def __init__(self, database: Database, cipher: TokenCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def rewrap(self) -> list[Rewrapped]:
        return [await self._rewrapped(sealed) for sealed in SEALED]

    async def _rewrapped(self, sealed: Sealed) -> Rewrapped:
        collection = self._database.collection(sealed.collection)
        renewed = unreadable = 0
        async for found in pages(collection, {sealed.field: {"$type": "string"}}):
            try:
                renewed += await self._renewed(collection, found, sealed)
            except SecretUnreadable:
                unreadable += 1
        return Rewrapped(kind=f"{sealed.collection}.{sealed.field}", renewed=renewed, unreadable=unreadable)

    async def _renewed(self, collection: Collection, found: Document, sealed: Sealed) -> bool:
        text, binding = str(found[sealed.field]), sealed.binding.format_map(found)
        if text.startswith(f"{self._cipher.active}."):
            return False
        again = self._cipher.seal(self._cipher.open(text, binding=binding), binding=binding)
        return await collection.update({"_id": found["_id"], sealed.field: text}, {"$set": {sealed.field: again}})
