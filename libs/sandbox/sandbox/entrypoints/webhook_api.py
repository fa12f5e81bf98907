"""The app's webhooks under /open_api/v1.3/business/webhook/, what became of each event, and events on demand."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.runtime.clock import Clock
from sandbox.domain import chance, timeline
from sandbox.domain.authorization import Authorizer
from sandbox.domain.webhooks import CommentChange, Delivery, Events, Subscriptions, WebhookBook
from sandbox.domain.world import World
from sandbox.entrypoints.answering import Answering
from sandbox.entrypoints.inspection import InspectionError, said
from sandbox.entrypoints.json_endpoint import JsonEndpoint

PREFIX = "/open_api/v1.3/business/webhook"
COMMENT_SCOPE = "comment.list"

Id = Field(default="", pattern=r"^[0-9]{0,19}$")


class CommentEvent(BaseModel):
    """The body of POST /_sandbox/comment-event."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    open_id: str
    item_id: str
    comment_id: str = Id
    """Without one it is drawn."""
    parent_comment_id: str = Id
    comment_type: Literal["comment", "reply"] = "comment"
    comment_action: Literal["insert", "delete", "set_to_hidden", "set_to_friends_only", "set_to_public"] = "insert"
    unique_identifier: str = "someone"
    text: str = "Lovely!"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookApi:
    world: World
    authorizer: Authorizer
    subscriptions: Subscriptions
    events: Events
    book: WebhookBook
    clock: Clock
    answering: Answering

    def routes(self) -> list[Route]:
        return [
            *(endpoint.route(self.answering) for endpoint in self._endpoints()),
            Route("/_sandbox/webhooks", self._show),
            Route("/_sandbox/comment-event", self._comment, methods=["POST"]),
        ]

    def _endpoints(self) -> Iterator[JsonEndpoint]:
        rules = self.subscriptions
        yield JsonEndpoint(path=f"{PREFIX}/update/", work=lambda body, _: rules.update(body), changes=True)
        yield JsonEndpoint(path=f"{PREFIX}/list/", work=lambda body, _: rules.show(body), changes=False, method="GET")
        yield JsonEndpoint(path=f"{PREFIX}/delete/", work=lambda body, _: rules.delete(body), changes=True)

    async def _show(self, _: Request) -> Response:
        return JSONResponse({"deliveries": [_told(delivery) for delivery in self.book.deliveries()]})

    async def _comment(self, request: Request) -> Response:
        asked = _comment_event(await request.body())
        now = timeline.moment_of(self.clock.now())
        account = self.world.account(asked.open_id)
        if account is None or self.world.post(account, asked.item_id) is None:
            raise InspectionError(404, "open_id and item_id name no post of this world")
        change = CommentChange(
            comment_id=int(asked.comment_id or self._new_comment_id(now)),
            video_id=int(asked.item_id),
            parent_comment_id=int(asked.parent_comment_id or 0),
            comment_type=asked.comment_type,
            comment_action=asked.comment_action,
            unique_identifier=asked.unique_identifier,
            text=asked.text,
        )
        told = self._told_of(asked.open_id, change, now)
        return JSONResponse({"comment_id": str(change.comment_id), "told": told})

    def _told_of(self, open_id: str, change: CommentChange, now: int) -> int:
        """How many addresses hear of it: none without a live consent to read comments."""
        if not self.authorizer.already_grants(open_id, (COMMENT_SCOPE,), now=now):
            return 0
        return self.events.comment_update(open_id, change, now)

    def _new_comment_id(self, now: int) -> int:
        """As long as TikTok's: beyond 2^53."""
        drawn = chance.uniforms(self.world.seed, "comment event", now, self.book.last())[0]
        return int((7 + drawn) * 10**18)


def _comment_event(body: bytes) -> CommentEvent:
    try:
        return CommentEvent.model_validate_json(body)
    except ValidationError as error:
        raise InspectionError(422, said(error)) from error


def _told(delivery: Delivery) -> dict[str, object]:
    moments = {name: timeline.instant_of(getattr(delivery, name)).isoformat() for name in ("created", "due")}
    return {**asdict(delivery), **moments, "body": json.loads(delivery.body)}
