"""Auto-label rules over HTTP: keeping them, and applying one to the posts there are."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from common.events import KeyScope
from query_api.domain.label_rules import MOST_CONDITIONS, Condition, LabelRule, Match, usable_conditions
from query_api.domain.label_rules import Field as RuleField
from query_api.domain.post_labels import PostRef
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.post_labels import Post, readable_ids
from query_api.ports import Services
from query_api.use_cases.ruling_labels import Applied, RulingLabels

router = APIRouter(prefix="/v1/label-rules", tags=["labels"])


class ConditionShape(BaseModel):
    """`caption` contains the value, `hashtag` is one of the caption's tags, `format` is `video` or `photo`."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    field: RuleField
    value: str = Field(examples=["#summer"])


class NewLabelRule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    match: Match = Field(default=Match.ALL, description="Whether all conditions must hold, or any.")
    conditions: tuple[ConditionShape, ...] = Field(min_length=1, max_length=MOST_CONDITIONS)
    label_id: UUID = Field(description="The label or plan that posts get.")
    accounts: tuple[UUID, ...] | None = Field(
        default=None, min_length=1, max_length=1_000, description="Whose posts. Default: of all you may read."
    )
    enabled: bool = Field(default=True, description="Whether posts that are new get it by themselves.")


class LabelRuleChange(BaseModel):
    """What is left out stays as it is. Whatever changes but the name, only posts that appear later are new to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="", min_length=1, max_length=100)
    match: Match = Match.ALL
    conditions: tuple[ConditionShape, ...] = Field(default=(), min_length=1, max_length=MOST_CONDITIONS)
    label_id: UUID = Field(default=UUID(int=0))
    accounts: tuple[UUID, ...] | None = Field(default=None, min_length=1, max_length=1_000)
    enabled: bool = True


class LabelRuleCard(BaseModel):
    rule_id: UUID
    name: str
    match: Match
    conditions: tuple[ConditionShape, ...]
    label_id: UUID
    accounts: tuple[UUID, ...] | None
    enabled: bool
    revision: int


class LabelRuleList(BaseModel):
    rules: tuple[LabelRuleCard, ...]


class Application(BaseModel):
    """Some posts are looked at in one call: ask again with `next_post` as `after` until it is null."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preview: bool = Field(default=False, description="Only count the posts.")
    after: Post | None = None


class AppliedRule(BaseModel):
    matching: int = Field(description="Posts the rule is for, of accounts you may read.")
    labelled: int = Field(description="Posts that got the label by this call; others have it, or were kept from it.")
    next_post: Post | None


@router.get(
    "",
    operation_id="list_label_rules",
    summary="The rules that concern only accounts you may read",
    responses=problems.documented(401, 403, 503),
)
async def list_label_rules(caller: Caller, services: Ports) -> LabelRuleList:
    return LabelRuleList(rules=tuple(map(_card, await _ruling(services).all(caller))))


@router.post(
    "",
    operation_id="create_label_rule",
    summary="Make a rule",
    status_code=201,
    responses=problems.documented(401, 403, 409, 422, 503),
)
async def create_label_rule(body: NewLabelRule, caller: Caller, services: Ports) -> LabelRuleCard:
    caller.require(KeyScope.MANAGE)
    mine = sorted(await readable_ids(caller, services))
    return _card(await _ruling(services).create(caller, _wished(body), mine))


@router.get(
    "/{rule_id}",
    operation_id="get_label_rule",
    summary="A rule",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def get_label_rule(rule_id: UUID, caller: Caller, services: Ports) -> LabelRuleCard:
    return _card(await _ruling(services).one(caller, rule_id))


@router.patch(
    "/{rule_id}",
    operation_id="change_label_rule",
    summary="Change a rule, or switch it on or off",
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def change_label_rule(rule_id: UUID, body: LabelRuleChange, caller: Caller, services: Ports) -> LabelRuleCard:
    caller.require(KeyScope.MANAGE)
    mine = sorted(await readable_ids(caller, services))
    return _card(await _ruling(services).change(caller, rule_id, _wished(body), mine))


@router.delete(
    "/{rule_id}",
    operation_id="delete_label_rule",
    summary="Delete a rule; posts keep what it gave them",
    status_code=204,
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def delete_label_rule(rule_id: UUID, caller: Caller, services: Ports) -> None:
    caller.require(KeyScope.MANAGE)
    await _ruling(services).delete(caller, rule_id)


@router.post(
    "/{rule_id}/apply",
    operation_id="apply_label_rule",
    summary="Label the posts there are by a rule, or count them",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def apply_label_rule(rule_id: UUID, body: Application, caller: Caller, services: Ports) -> AppliedRule:
    caller.require(KeyScope.MANAGE)
    mine = sorted(await readable_ids(caller, services))
    after = PostRef(body.after.account_id, body.after.post_id) if body.after else None
    return _applied(await _ruling(services).apply(caller, rule_id, readable=mine, preview=body.preview, after=after))


def _ruling(services: Services) -> RulingLabels:
    return RulingLabels(ports=services.labels, clock=services.clock)


def _wished(body: NewLabelRule | LabelRuleChange) -> dict[str, object]:
    # Of a change what was given; a new rule also has what was not.
    names = body.model_fields_set if isinstance(body, LabelRuleChange) else type(body).model_fields
    wished = {name: getattr(body, name) for name in names}
    if "conditions" in wished:
        given = [Condition(field=one.field, value=one.value) for one in body.conditions]
        wished["conditions"] = usable_conditions(given)
    return wished


def _card(rule: LabelRule) -> LabelRuleCard:
    return LabelRuleCard.model_validate(rule, from_attributes=True)


def _applied(applied: Applied) -> AppliedRule:
    after = applied.next_post
    return AppliedRule(
        matching=applied.matching,
        labelled=applied.labelled,
        next_post=Post(account_id=after.account_id, post_id=after.post_id) if after else None,
    )
