"""Labels and plans over HTTP: the list of them, and making, changing, merging and deleting one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from common.events import KeyScope, LabelKind
from query_api.domain.labels import LONGEST_DESCRIPTION, LONGEST_NAME
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.user_cards import UserCard, user_cards
from query_api.ports import Services
from query_api.use_cases.keeping_labels import Counted, KeepingLabels

router = APIRouter(prefix="/v1/labels", tags=["labels"])

_NAME = Field(description=f"1 to {LONGEST_NAME} characters, unlike that of any other of its kind.", examples=["Summer"])
_COLOUR = Field(default=None, description="`#rrggbb`.", examples=["#ff7a00"])
_DESCRIPTION = Field(default=None, description=f"At most {LONGEST_DESCRIPTION} characters.")


class NewLabel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: LabelKind
    name: str = _NAME
    colour: str | None = _COLOUR
    description: str | None = _DESCRIPTION


class LabelChange(BaseModel):
    """What is left out stays as it is; null takes a colour or description away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="", description="Another name; posts, rules and figures keep it.")
    colour: str | None = _COLOUR
    description: str | None = _DESCRIPTION


class LabelMerge(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    into: UUID = Field(description="The one that stays; of the same kind.")


class LabelUse(BaseModel):
    """By how much it is used, of what you may read."""

    posts: int
    rules: int
    named_by: tuple[UserCard, ...] = Field(description="What is narrowed to it: dashboards, templates.")


class LabelCard(BaseModel):
    label_id: UUID
    kind: LabelKind
    name: str
    colour: str | None
    description: str | None
    revision: int
    used_by: LabelUse


class LabelList(BaseModel):
    labels: tuple[LabelCard, ...]


class LabelParameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: LabelKind | None = Field(default=None, description="Default: both.")


@router.get(
    "",
    operation_id="list_labels",
    summary="Labels and plans, by name, and how much each is used",
    responses=problems.documented(401, 403, 422, 503),
)
async def list_labels(parameters: Annotated[LabelParameters, Query()], caller: Caller, services: Ports) -> LabelList:
    found = await keeping(services).all(caller, parameters.kind)
    return LabelList(labels=tuple(map(_card, found)))


@router.post(
    "",
    operation_id="create_label",
    summary="Make a label or plan",
    status_code=201,
    responses=problems.documented(401, 403, 409, 422, 503),
)
async def create_label(body: NewLabel, caller: Caller, services: Ports) -> LabelCard:
    caller.require(KeyScope.MANAGE)
    return _card(await keeping(services).create(caller, body.kind, body.model_dump(exclude={"kind"})))


@router.get(
    "/{label_id}",
    operation_id="get_label",
    summary="A label or plan",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def get_label(label_id: UUID, caller: Caller, services: Ports) -> LabelCard:
    return _card(await keeping(services).one(caller, label_id))


@router.patch(
    "/{label_id}",
    operation_id="change_label",
    summary="Rename a label or plan, or give it another colour or description",
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def change_label(label_id: UUID, body: LabelChange, caller: Caller, services: Ports) -> LabelCard:
    caller.require(KeyScope.MANAGE)
    return _card(await keeping(services).change(caller, label_id, body.model_dump(exclude_unset=True)))


@router.post(
    "/{label_id}/merge",
    operation_id="merge_label",
    summary="Give its posts and rules another one instead, and delete it",
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def merge_label(label_id: UUID, body: LabelMerge, caller: Caller, services: Ports) -> LabelCard:
    caller.require(KeyScope.MANAGE)
    return _card(await keeping(services).merge(caller, label_id, body.into))


@router.delete(
    "/{label_id}",
    operation_id="delete_label",
    summary="Take it off all posts, delete its rules and then itself",
    status_code=204,
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def delete_label(
    label_id: UUID,
    caller: Caller,
    services: Ports,
    force: Annotated[
        bool, Query(description="Although something is narrowed to it, which then shows nothing.")
    ] = False,
) -> None:
    caller.require(KeyScope.MANAGE)
    await keeping(services).delete(caller, label_id, force=force)


def keeping(services: Services) -> KeepingLabels:
    return KeepingLabels(ports=services.labels, clock=services.clock, wall=services.wall)


def _card(counted: Counted) -> LabelCard:
    use = LabelUse(posts=counted.posts, rules=counted.rules, named_by=user_cards(counted.users))
    return LabelCard(**counted.label.model_dump(include=set(LabelCard.model_fields)), used_by=use)
