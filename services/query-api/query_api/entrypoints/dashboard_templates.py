"""Dashboard templates over HTTP: the built-in one and the workspace's own."""

from typing import Annotated

from fastapi import APIRouter, Path

from common.events import KeyScope
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller
from query_api.entrypoints.dashboard_parts import TemplatesOf
from query_api.entrypoints.dashboard_shapes import Saving, TemplateAnswer, TemplateList, template_answer, template_card

router = APIRouter(prefix="/v1/dashboard-templates", tags=["dashboards"])

TemplateId = Annotated[str, Path(max_length=80, examples=["tiktok"])]


@router.get(
    "",
    operation_id="list_dashboard_templates",
    summary="The built-in template and the workspace's own",
    responses=problems.documented(401, 403, 503),
)
async def list_templates(caller: Caller, templates: TemplatesOf) -> TemplateList:
    return TemplateList(templates=tuple(map(template_card, await templates.list(caller))))


@router.get(
    "/{template_id}",
    operation_id="get_dashboard_template",
    summary="A template and its content",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def get_template(template_id: TemplateId, caller: Caller, templates: TemplatesOf) -> TemplateAnswer:
    return template_answer(await templates.get(caller, template_id))


@router.post(
    "",
    operation_id="save_dashboard_template",
    summary="Keep a dashboard as a template; the accounts in its filters are left out",
    status_code=201,
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def save_template(given: Saving, caller: Caller, templates: TemplatesOf) -> TemplateAnswer:
    caller.require(KeyScope.MANAGE)
    saved = await templates.save(caller, given.dashboard_id, name=given.name, description=given.description)
    return template_answer(saved)


@router.delete(
    "/{template_id}",
    operation_id="delete_dashboard_template",
    summary="Delete a template of the workspace; dashboards made from it stay",
    status_code=204,
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def delete_template(template_id: TemplateId, caller: Caller, templates: TemplatesOf) -> None:
    caller.require(KeyScope.MANAGE)
    await templates.remove(caller, template_id)
