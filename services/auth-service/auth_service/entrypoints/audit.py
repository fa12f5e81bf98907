"""The audit logs over HTTP, newest first, and checked for gaps: admins read their workspace's, operators their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from auth_service.domain.audit import DEPLOYMENT, AuditAction, Chained
from auth_service.domain.errors import InvalidInput
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.ports import AuditSearch
from auth_service.use_cases.auditing import Auditing
from auth_service.use_cases.signing_in import SigningIn

LARGEST_PAGE = 200


class AuditAnswer(BaseModel):
    """`digest` covers the entry, its number and `previous`, the digest of the one before: a gap shows."""

    number: int
    entry_id: UUID
    at: datetime
    actor: str = Field(description="`user:<id>`, `service:<name>` or `system`.")
    action: AuditAction
    subject: str | None = Field(description="What it was done to, as `<kind>:<id>`.")
    details: Mapping[str, str]
    previous: str
    digest: str


class AuditPage(BaseModel):
    entries: list[AuditAnswer]
    next_cursor: str | None = Field(description="Null on the last page.")


class AuditIntegrity(BaseModel):
    """`digest` of the last whole entry: note it elsewhere, and a chain made anew can be told from this one."""

    whole: bool
    entries: int
    digest: str | None
    broken_at: int | None = Field(description="Number of the first entry that is missing or was changed.")


class AuditQuery(BaseModel):
    """Filters add up; moments are half-open."""

    action: AuditAction | None = None
    actor: str | None = Field(default=None, max_length=100)
    subject: str | None = Field(default=None, max_length=100)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    cursor: str | None = Field(default=None, max_length=20, description="`next_cursor` of the page before.")
    limit: int = Field(default=50, ge=1, le=LARGEST_PAGE)


def audit_router(auditing: Auditing, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/audit", tags=["audit"], responses=documented(401, 403, 503))
    reading = Depends(Permitted(signing_in, Action.READ_AUDIT))

    @router.get("", summary="What changed access", operation_id="readAudit", responses=documented(422))
    async def page(person: Annotated[Person, reading], query: Annotated[AuditQuery, Query()]) -> AuditPage:
        return await _read(auditing, person.workspace_id, query)

    @router.get("/integrity", summary="Whether the log is whole", operation_id="checkAudit")
    async def integrity(person: Annotated[Person, reading]) -> AuditIntegrity:
        return await _checked(auditing, person.workspace_id)

    return router


def operations_router(auditing: Auditing, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(
        prefix="/auth/v1/operator/audit",
        tags=["operator"],
        dependencies=[Depends(Permitted(signing_in, Action.READ_OPERATIONS))],
        responses=documented(401, 403, 503),
    )

    @router.get("", summary="What operators decided", operation_id="readOperations", responses=documented(422))
    async def page(query: Annotated[AuditQuery, Query()]) -> AuditPage:
        return await _read(auditing, DEPLOYMENT, query)

    @router.get("/integrity", summary="Whether the operators' log is whole", operation_id="checkOperations")
    async def integrity() -> AuditIntegrity:
        return await _checked(auditing, DEPLOYMENT)

    return router


async def _read(auditing: Auditing, workspace_id: UUID, query: AuditQuery) -> AuditPage:
    # One more than asked for tells whether there is a next page.
    found = await auditing.page(_search(workspace_id, query, query.limit + 1))
    return _page(found, query.limit)


async def _checked(auditing: Auditing, workspace_id: UUID) -> AuditIntegrity:
    found = await auditing.integrity(workspace_id)
    return AuditIntegrity(
        whole=found.broken_at is None, entries=found.entries, digest=found.digest, broken_at=found.broken_at
    )


def _search(workspace_id: UUID, query: AuditQuery, limit: int) -> AuditSearch:
    return AuditSearch(
        workspace_id=workspace_id,
        limit=limit,
        before=_number(query.cursor),
        action=query.action,
        actor=query.actor,
        subject=query.subject,
        since=query.since,
        until=query.until,
    )


def _number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit()):
        raise InvalidInput("The cursor is none that was given out.")
    return int(cursor)


def _page(found: Sequence[Chained], limit: int) -> AuditPage:
    shown = found[:limit]
    more = len(found) > limit
    return AuditPage(entries=[_answer(one) for one in shown], next_cursor=str(shown[-1].number) if more else None)


def _answer(one: Chained) -> AuditAnswer:
    entry = one.entry
    return AuditAnswer(
        number=one.number,
        entry_id=entry.entry_id,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        details=entry.details,
        previous=one.previous,
        digest=one.digest,
    )
