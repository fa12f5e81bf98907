"""Commands in MongoDB: one document an account, whose outbox keeps them in order until Kafka has them."""

from collections.abc import Callable
from typing import cast

from auth_service.adapters.outbox import MongoOutbox
from common.documents.store import Database, Taken
from common.events import CommandV1


class MongoCommandQueue:
    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._commands = database.collection("commands")
        self.outbox = MongoOutbox(self._commands, CommandV1, written)

    async def put(self, command: CommandV1) -> None:
        while not await self._put(command):
            pass

    async def _put(self, command: CommandV1) -> bool:
        """False when another command came in between."""
        key = str(command.account_id)
        found = await self._commands.find_one({"_id": key})
        if found is not None:
            revision = cast("int", found["revision"]) + 1
            return await self.outbox.replace(key, {}, event=command, revision=revision)
        try:
            await self.outbox.insert({"_id": key}, command, 1)
        except Taken:
            return False
        return True
