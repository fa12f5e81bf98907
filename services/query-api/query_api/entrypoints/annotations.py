"""Annotations over HTTP: what happened on a day, written beside the lines."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from common.events import KeyScope
from query_api.domain.annotation import Noted
from query_api.domain.date_range import date_range
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.dashboard_parts import AnnotationsOf
from query_api.entrypoints.dashboard_shapes import AnnotationAnswer, Version, annotation_answer
from query_api.entrypoints.dashboards import NewestVersion

router = APIRouter(prefix="/v1/annotations", tags=["annotations"])

_READING, _MAKING = problems.documented(401, 403, 404, 422, 503), problems.documented(401, 403, 404, 409, 422, 503)

FirstDay = Annotated[
    str | None,
    Query(
        alias="from", description="First day, UTC. Default: 28 days before `to`.", json_schema_extra={"format": "date"}
    ),
]
EndDay = Annotated[
    str | None,
    Query(
        alias="to", description="The day after the last one. Default: tomorrow.", json_schema_extra={"format": "date"}
    ),
]


class AnnotationList(BaseModel):
    annotations: tuple[AnnotationAnswer, ...]


class ChangedNote(Noted):
    version: int = Version

    def noted(self) -> Noted:
        return Noted.model_validate(self.model_dump(exclude={"version"}))


@router.get(
    "",
    operation_id="list_annotations",
    summary="The annotations on the days of a range, by day",
    responses=problems.documented(401, 403, 422, 503),
)
async def list_annotations(
    caller: Caller, annotations: AnnotationsOf, services: Ports, start: FirstDay = None, end: EndDay = None
) -> AnnotationList:
    days = date_range(start, end, today=services.clock.now().date())
    return AnnotationList(annotations=tuple(map(annotation_answer, await annotations.between(caller, days))))


@router.post("", operation_id="create_annotation", summary="Write an annotation", status_code=201, responses=_MAKING)
async def create_annotation(noted: Noted, caller: Caller, annotations: AnnotationsOf) -> AnnotationAnswer:
    caller.require(KeyScope.MANAGE)
    return annotation_answer(await annotations.create(caller, noted))


@router.get("/{annotation_id}", operation_id="get_annotation", summary="An annotation", responses=_READING)
async def get_annotation(annotation_id: UUID, caller: Caller, annotations: AnnotationsOf) -> AnnotationAnswer:
    return annotation_answer(await annotations.get(caller, annotation_id))


@router.put(
    "/{annotation_id}", operation_id="replace_annotation", summary="All of an annotation anew", responses=_MAKING
)
async def replace_annotation(
    annotation_id: UUID, changed: ChangedNote, caller: Caller, annotations: AnnotationsOf
) -> AnnotationAnswer:
    caller.require(KeyScope.MANAGE)
    replaced = await annotations.replace(caller, annotation_id, changed.noted(), version=changed.version)
    return annotation_answer(replaced)


@router.delete(
    "/{annotation_id}",
    operation_id="delete_annotation",
    summary="Delete an annotation",
    status_code=204,
    responses=_MAKING,
)
async def delete_annotation(
    annotation_id: UUID, version: NewestVersion, caller: Caller, annotations: AnnotationsOf
) -> None:
    caller.require(KeyScope.MANAGE)
    await annotations.remove(caller, annotation_id, version=version)
