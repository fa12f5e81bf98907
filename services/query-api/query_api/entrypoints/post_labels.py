"""Posts' labels and plans over HTTP: those of one post, and putting on and taking off in bulk."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from common.events import KeyScope
from query_api.domain.access import Principal, readable
from query_api.domain.errors import BadInput, NotFound
from query_api.domain.post_labels import Change, PostLabels, PostRef
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.ports import Services
from query_api.use_cases.marking_posts import Marked, MarkingPosts, Outcome

router = APIRouter(prefix="/v1/post-labels", tags=["labels"])

MOST_POSTS, MOST_MARKS = 500, 50
PostId = Annotated[str, Field(min_length=1, max_length=64, description="TikTok's own id of the post.")]


class Post(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    account_id: UUID
    post_id: PostId


class Marking(BaseModel):
    """Sent again it changes nothing more. `add` and `remove` are ids of labels and of plans."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    posts: tuple[Post, ...] = Field(min_length=1, max_length=MOST_POSTS)
    add: tuple[UUID, ...] = Field(default=(), max_length=MOST_MARKS)
    remove: tuple[UUID, ...] = Field(default=(), max_length=MOST_MARKS)


class PostLabelsAnswer(BaseModel):
    account_id: UUID
    post_id: str
    label_ids: tuple[UUID, ...]
    plan_ids: tuple[UUID, ...]
    revision: int = Field(description="0: never marked.")


class MarkedPost(BaseModel):
    """`labels` is what the post has now, null where it was refused; then `problem` says why."""

    account_id: UUID
    post_id: str
    outcome: Outcome
    problem: str | None
    labels: PostLabelsAnswer | None


class MarkedPosts(BaseModel):
    posts: tuple[MarkedPost, ...] = Field(description="In the order asked.")


@router.post(
    "",
    operation_id="mark_posts",
    summary="Put labels and plans on posts, and take some off",
    description="Each post by itself: one that is refused holds up no other.",
    responses=problems.documented(401, 403, 422, 503),
)
async def mark_posts(body: Marking, caller: Caller, services: Ports) -> MarkedPosts:
    caller.require(KeyScope.MANAGE)
    marking = marking_of(services)
    if both := set(body.add) & set(body.remove):
        raise BadInput("remove", f"'{min(both)}' is in add too", "name it in one of them")
    change = Change(
        add=await marking.labels(caller.workspace_id, body.add, "add"),
        remove=await marking.labels(caller.workspace_id, body.remove, "remove"),
    )
    refs = list(dict.fromkeys(PostRef(post.account_id, post.post_id) for post in body.posts))
    marked = await marking.mark(caller.workspace_id, refs, change, readable=await readable_ids(caller, services))
    return MarkedPosts(posts=tuple(map(_marked, marked)))


@router.get(
    "/{account_id}/{post_id}",
    operation_id="get_post_labels",
    summary="The labels and plans of a post",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def get_post_labels(
    account_id: UUID, post_id: Annotated[PostId, Path()], caller: Caller, services: Ports
) -> PostLabelsAnswer:
    if account_id not in await readable_ids(caller, services):
        raise NotFound("post")
    return labels_answer(await marking_of(services).of_post(caller.workspace_id, PostRef(account_id, post_id)))


async def readable_ids(caller: Principal, services: Services) -> frozenset[UUID]:
    accounts = readable(caller, await services.accounts.of_workspace(caller.workspace_id))
    return frozenset(account.account_id for account in accounts)


def marking_of(services: Services) -> MarkingPosts:
    return MarkingPosts(ports=services.labels, clock=services.clock)


def labels_answer(labels: PostLabels) -> PostLabelsAnswer:
    return PostLabelsAnswer.model_validate(labels, from_attributes=True)


def _marked(marked: Marked) -> MarkedPost:
    return MarkedPost(
        account_id=marked.ref.account_id,
        post_id=marked.ref.post_id,
        outcome=marked.outcome,
        problem=marked.problem,
        labels=labels_answer(marked.labels) if marked.labels else None,
    )
