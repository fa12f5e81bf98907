"""Exports put into a folder of the workspace, each with its manifest beside it."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import cast
from uuid import UUID

from query_api.domain.schedule import Destination, ToStorage
from query_api.ports import Unavailable
from query_api.ports.exporting import Files
from query_api.ports.schedules import NotDelivered, Parcel

_ROOT, _BESIDE = "delivered", ".manifest.json"


class StoredDeliveries:
    def __init__(self, files: Files) -> None:
        self._files = files

    async def send(self, parcel: Parcel, destination: Destination) -> str:
        assert isinstance(destination, ToStorage)
        facts = parcel.job.manifest or {}
        # Named by when it was due, so that sent again it is the same file.
        name = f"{parcel.delivery.due_at:%Y%m%dT%H%M%SZ}_{facts['file']}"
        path = "/".join(filter(None, (_ROOT, str(parcel.schedule.workspace_id), destination.folder, name)))
        said = json.dumps(facts, ensure_ascii=False, indent=1).encode()
        try:
            await self._files.write(path, self._files.read(parcel.job.path), take=_nothing)
            # Last: whoever finds a manifest finds a whole file beside it.
            await self._files.write(f"{path}{_BESIDE}", _once(said), take=_nothing)
        except Unavailable as error:
            raise NotDelivered(f"{error} does not answer") from None
        return f"stored as {path}"

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        """Files with figures of the account, which is among the accounts that their manifest names."""
        for path in await self._files.under(f"{_ROOT}/{workspace_id}"):
            if path.endswith(_BESIDE) and str(account_id) in await self._accounts(path):
                # The manifest last: while it is there, the file is found again.
                await self._files.remove(path.removesuffix(_BESIDE))
                await self._files.remove(path)
        return True

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self._files.remove(f"{_ROOT}/{workspace_id}")
        return True

    async def _accounts(self, path: str) -> Sequence[str]:
        async with aclosing(self._files.read(path)) as pieces:
            said = json.loads(b"".join([piece async for piece in pieces]))
        return cast(Sequence[str], said["query"]["body"]["accounts"])


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _nothing(_: bytes) -> None:
    """Its hash was taken when it was made."""
