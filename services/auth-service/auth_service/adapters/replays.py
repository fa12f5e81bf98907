"""Answers kept for a second request with the same Idempotency-Key, sealed: one may hold a new key's secret."""

from datetime import datetime

from pydantic import SecretStr

from auth_service.adapters.documents import document, record
from auth_service.adapters.token_cipher import TokenCipher
from auth_service.domain.idempotency import Kept
from common.documents.store import Database, Taken


class MongoReplays:
    def __init__(self, database: Database, cipher: TokenCipher) -> None:
        self._replays = database.collection("replays")
        self._cipher = cipher

    async def begin(self, kept: Kept) -> Kept | None:
        try:
            await self._replays.insert(document(kept, "replay_id"))
        except Taken:
            present = await self._present(kept)
            # Forgotten in this moment: its request failed, so this one is the first.
            return present or await self.begin(kept)
        return None

    async def finish(self, kept: Kept) -> None:
        sealed = self._cipher.seal(SecretStr(kept.answer or ""), binding=_binding(kept.replay_id))
        change = {"state": kept.state, "status": kept.status, "answer": sealed}
        await self._replays.update({"_id": kept.replay_id}, {"$set": change})

    async def forget(self, replay_id: str) -> None:
        await self._replays.remove({"_id": replay_id})

    async def remove_expired(self, at: datetime) -> None:
        await self._replays.remove({"expires_at": {"$lte": at}})

    async def _present(self, kept: Kept) -> Kept | None:
        # The sweep may be late; what has expired is not there any more.
        await self._replays.remove({"_id": kept.replay_id, "expires_at": {"$lte": kept.began_at}})
        present = record(Kept, await self._replays.find_one({"_id": kept.replay_id}), "replay_id")
        if present is None or present.answer is None:
            return present
        opened = self._cipher.open(present.answer, binding=_binding(present.replay_id))
        return present.model_copy(update={"answer": opened.get_secret_value()})


def _binding(replay_id: str) -> str:
    return f"replay/{replay_id}"
