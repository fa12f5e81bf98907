"""Exports put into a folder of the workspace, each with its manifest beside it."""

import json
from collections.abc import AsyncIterator

from query_api.domain.schedule import Destination, ToStorage
from query_api.ports import Unavailable
from query_api.ports.exporting import Files
from query_api.ports.schedules import NotDelivered, Parcel

_ROOT = "delivered"


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
            await self._files.write(f"{path}.manifest.json", _once(said), take=_nothing)
        except Unavailable as error:
            raise NotDelivered(f"{error} does not answer") from None
        return f"stored as {path}"


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _nothing(_: bytes) -> None:
    """Its hash was taken when it was made."""
