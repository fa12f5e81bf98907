"""Answers kept for a second request with the same Idempotency-Key, sealed: one may hold a secret that is told once."""

from datetime import datetime
from typing import Protocol

from common.documents.store import Database, Taken
from common.replays.kept import Kept


class Seal(Protocol):
    """What keeps an answer from whoever reads the database; `binding` names whose it is."""

    def seal(self, text: str, *, binding: str) -> str: ...

    def open(self, sealed: str, *, binding: str) -> str: ...


class MongoReplays:
    def __init__(self, database: Database, seal: Seal) -> None:
        self._replays = database.collection("replays")
        self._seal = seal

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        await self._replays.index("expires_at")
        await self._replays.index("workspace_id")

    async def begin(self, kept: Kept) -> Kept | None:
        try:
            await self._replays.insert({"_id": kept.replay_id, **kept.model_dump(exclude={"replay_id"})})
        except Taken:
            present = await self._present(kept)
            # Forgotten in this moment: its request failed, so this one is the first.
            return present or await self.begin(kept)
        return None

    async def finish(self, kept: Kept) -> None:
        sealed = self._seal.seal(kept.answer or "", binding=_binding(kept.replay_id))
        change = {"state": kept.state, "status": kept.status, "answer": sealed}
        await self._replays.update({"_id": kept.replay_id}, {"$set": change})

    async def forget(self, replay_id: str) -> None:
        await self._replays.remove({"_id": replay_id})

    async def forget_workspace(self, workspace_id: str) -> None:
        await self._replays.remove({"workspace_id": workspace_id})

    async def remove_expired(self, at: datetime) -> None:
        await self._replays.remove({"expires_at": {"$lte": at}})

    async def _present(self, kept: Kept) -> Kept | None:
        # The sweep may be late; what has expired is not there any more.
        await self._replays.remove({"_id": kept.replay_id, "expires_at": {"$lte": kept.began_at}})
        found = await self._replays.find_one({"_id": kept.replay_id})
        present = None if found is None else Kept.model_validate({**found, "replay_id": found["_id"]})
        if present is None or present.answer is None:
            return present
        opened = self._seal.open(present.answer, binding=_binding(present.replay_id))
        return present.model_copy(update={"answer": opened})


def _binding(replay_id: str) -> str:
    return f"replay/{replay_id}"
