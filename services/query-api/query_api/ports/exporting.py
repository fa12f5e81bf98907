"""What exporting needs from outside."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from query_api.domain.export_job import Job
from query_api.domain.links import LinkKey
from query_api.domain.manifest import Described


class Sheets(Protocol):
    def written(self, described: Described, rows: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """A workbook of `rows` (JSON arrays by line), in pieces; raises `Unavailable`, or whatever `rows` raise."""
        ...


class Files(Protocol):
    """Results, by their path below the storage's root. Each call raises `Unavailable`."""

    async def write(self, path: str, pieces: AsyncIterator[bytes], *, take: Callable[[bytes], None]) -> None:
        """All of `pieces`; each is given to `take` too, in the thread that writes. Whatever `pieces` raise leaves."""
        ...

    def read(self, path: str, *, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` to before `end`."""
        ...

    async def remove(self, path: str) -> None:
        """The file or folder; it is no error when there is none."""
        ...

    async def under(self, folder: str) -> Sequence[str]:
        """The paths of all files in the folder, however deep."""
        ...


class Jobs(Protocol):
    """Exports as documents; every change is one atomic write, and says whether it was made."""

    async def add(self, job: Job) -> None: ...

    async def one(self, workspace_id: UUID, export_id: UUID) -> Job | None: ...

    async def newest(self, workspace_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Job]: ...

    async def claim(self, *, holder: str, at: datetime, until: datetime, at_once: int) -> Job | None:
        """The oldest job that waits, or whose worker is gone, of a workspace that runs less than `at_once`."""
        ...

    async def renew(self, job: Job, *, until: datetime, rows: int | None, size: int) -> bool:
        """Whether the job is still the worker's own; not so when it was cancelled."""
        ...

    async def put_back(self, job: Job, *, not_before: datetime) -> bool: ...

    async def finish(self, job: Job) -> bool:
        """Keep the job's state as given, if it is still the worker's own."""
        ...

    async def cancel(self, workspace_id: UUID, export_id: UUID, *, at: datetime) -> Job | None: ...

    async def of_account(self, workspace_id: UUID, account_id: UUID) -> Sequence[Job]:
        """Those whose file has, or would have, figures of the account."""
        ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Job]: ...

    async def remove(self, job: Job) -> None: ...

    async def expired(self, at: datetime) -> Sequence[Job]:
        """Done jobs whose file has to go."""
        ...

    async def expire(self, job: Job) -> None: ...

    async def forget(self, before: datetime) -> None:
        """Remove what ended before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """All of them together. `files` is None where no storage is set; `public_url` begins every link."""

    sheets: Sheets
    files: Files | None
    jobs: Jobs
    link_key: LinkKey
    public_url: str
