"""Export jobs in MongoDB. A unique `slot` bounds how many of a workspace run at once, whatever replicas there are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from common.documents.store import Database, Document, Taken
from query_api.domain.export_job import ENDED, MOST_ATTEMPTS, Job, JobState

_JOB = TypeAdapter(Job)
_MOMENTS = ("not_before", "created_at", "started_at", "ended_at", "expires_at", "lease_until")
_LOOKED_AT = 50


class MongoExports:
    def __init__(self, database: Database) -> None:
        self._exports = database.collection("exports")

    async def prepare(self) -> None:
        await self._exports.index("slot", unique=True)
        await self._exports.index("workspace_id")
        await self._exports.index("state")
        await self._exports.index("workspace_id", "question.parameters.accounts")

    async def add(self, job: Job) -> None:
        await self._exports.insert(_document(job))

    async def one(self, workspace_id: UUID, export_id: UUID) -> Job | None:
        return _job(await self._exports.find_one({"_id": str(export_id), "workspace_id": str(workspace_id)}))

    async def newest(self, workspace_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Job]:
        older = {"_id": {"$lt": str(before)}} if before else {}
        query = {"workspace_id": str(workspace_id), **older}
        return _jobs(await self._exports.find(query, sort=[("_id", -1)], limit=limit))

    async def claim(self, *, holder: str, at: datetime, until: datetime, at_once: int) -> Job | None:
        due = {
            "$or": [
                {"state": JobState.QUEUED.value, "not_before": {"$lte": at}},
                {"state": JobState.RUNNING.value, "lease_until": {"$lte": at}},
            ]
        }
        taken = {"state": JobState.RUNNING.value, "holder": holder, "lease_until": until, "started_at": at}
        for document in await self._exports.find(due, sort=[("_id", 1)], limit=_LOOKED_AT):
            seen = {"_id": document["_id"], "attempt": document["attempt"], **due}
            if document["attempt"] == MOST_ATTEMPTS:
                await self._exports.update(seen, {"$set": _given_up(document, at)})
            elif job := await self._claimed(seen, {**taken, "bytes": 0}, str(document["workspace_id"]), at_once):
                return job
        return None

    async def _claimed(self, seen: Document, taken: Document, workspace_id: str, at_once: int) -> Job | None:
        for number in range(at_once):
            change = {"$set": {**taken, "slot": f"{workspace_id}:{number}"}, "$inc": {"attempt": 1}}
            try:
                return _job(await self._exports.find_and_update(seen, change))
            except Taken:
                continue
        return None

    async def renew(self, job: Job, *, until: datetime, rows: int | None, size: int) -> bool:
        change = {"lease_until": until, "rows": rows, "bytes": size}
        return await self._exports.update(_own(job), {"$set": change})

    async def put_back(self, job: Job, *, not_before: datetime) -> bool:
        waiting = replace(job, state=JobState.QUEUED, holder=None, lease_until=None, not_before=not_before)
        return await self._exports.update(_own(job), {"$set": _document(waiting)})

    async def finish(self, job: Job) -> bool:
        return await self._exports.update(_own(job), {"$set": _document(job)})

    async def cancel(self, workspace_id: UUID, export_id: UUID, *, at: datetime) -> Job | None:
        going = {"$in": [JobState.QUEUED.value, JobState.RUNNING.value]}
        query = {"_id": str(export_id), "workspace_id": str(workspace_id), "state": going}
        change = {"state": JobState.CANCELLED.value, "ended_at": at, "slot": _no_slot(str(export_id))}
        return _job(await self._exports.find_and_update(query, {"$set": change}))

    async def of_account(self, workspace_id: UUID, account_id: UUID) -> Sequence[Job]:
        of_it = {"workspace_id": str(workspace_id), "question.parameters.accounts": str(account_id)}
        return _jobs(await self._exports.find(of_it))

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Job]:
        return _jobs(await self._exports.find({"workspace_id": str(workspace_id)}))

    async def remove(self, job: Job) -> None:
        await self._exports.take({"_id": str(job.export_id), "workspace_id": str(job.workspace_id)})

    async def expired(self, at: datetime) -> Sequence[Job]:
        return _jobs(await self._exports.find({"state": JobState.DONE.value, "expires_at": {"$lte": at}}))

    async def expire(self, job: Job) -> None:
        query = {"_id": str(job.export_id), "state": JobState.DONE.value}
        await self._exports.update(query, {"$set": {"state": JobState.EXPIRED.value}})

    async def forget(self, before: datetime) -> None:
        ended = {"$in": sorted(state.value for state in ENDED)}
        await self._exports.remove({"state": ended, "ended_at": {"$lt": before}})


def _own(job: Job) -> Document:
    return {
        "_id": str(job.export_id),
        "state": JobState.RUNNING.value,
        "attempt": job.attempt,
        "holder": job.holder,
    }


def _given_up(document: Document, at: datetime) -> Document:
    return {
        "state": JobState.FAILED.value,
        "ended_at": at,
        "reason": f"It was tried {MOST_ATTEMPTS} times and never came to an end; ask for less at once.",
        "slot": _no_slot(str(document["_id"])),
    }


def _no_slot(export_id: str) -> str:
    return f"none:{export_id}"


def _document(job: Job) -> Document:
    """Without the slot of a running job, which `claim` gives and which stays."""
    slot = {} if job.state is JobState.RUNNING else {"slot": _no_slot(str(job.export_id))}
    moments = {name: getattr(job, name) for name in _MOMENTS}
    return {"_id": str(job.export_id), **_JOB.dump_python(job, mode="json"), **moments, **slot}


def _job(document: Document | None) -> Job | None:
    if document is None:
        return None
    return _JOB.validate_python({name: value for name, value in document.items() if name not in ("_id", "slot")})


def _jobs(documents: Sequence[Document]) -> Sequence[Job]:
    return [job for document in documents if (job := _job(document)) is not None]
