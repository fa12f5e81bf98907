"""/_sandbox/posts and /_sandbox/clock: somebody publishes, deletes, or moves the time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.runtime.clock import Clock, read_anchor, set_clock
from sandbox.domain import timeline
from sandbox.domain.changes import PostAdded, PostDeleted
from sandbox.domain.character import Account
from sandbox.domain.posts import Post
from sandbox.domain.wire import Json
from sandbox.domain.world import World
from sandbox.entrypoints.inspection import InspectionError
from sandbox.ports import ChangeBook

KINDS = ("video", "photo")
CAPTION_MOST = 2_200
# Accounts whose posts are searched for an id.
LOOKED_THROUGH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    world: World
    clock: Clock
    clock_file: Path | None
    changes: ChangeBook

    def routes(self) -> list[Route]:
        return [
            Route("/_sandbox/posts", self._publish, methods=["POST"]),
            Route("/_sandbox/posts/{item_id}", self._delete, methods=["DELETE"]),
            Route("/_sandbox/clock", self._show_clock, methods=["GET"]),
            Route("/_sandbox/clock", self._move_clock, methods=["POST"]),
        ]

    async def _publish(self, request: Request) -> Response:
        body = await json_object(request)
        account = self._account(_text(body, "account"))
        added = PostAdded(
            open_id=account.open_id,
            published=self._free_moment(account, self._moment(body)),
            caption=_caption(body),
            is_photo=_kind(body) == "photo",
        )
        self.changes.append(added)
        self.world.take(added)
        post = next(one for one in self._posts_of_day(account, added.published) if one.published == added.published)
        published = timeline.instant_of(post.published).isoformat()
        return JSONResponse({"open_id": account.open_id, "item_id": post.item_id, "published": published}, 201)

    async def _delete(self, request: Request) -> Response:
        now, item_id = self._now(), request.path_params["item_id"]
        account, post = self._owned(item_id, owner=request.query_params.get("account"))
        if post.gone <= now:
            raise InspectionError(404, "item_id: this post is gone already")
        deleted = PostDeleted(open_id=account.open_id, item_id=item_id, at=now)
        self.changes.append(deleted)
        self.world.take(deleted)
        return JSONResponse({"open_id": account.open_id, "item_id": item_id})

    async def _show_clock(self, _: Request) -> Response:
        return JSONResponse(self.clock_state())

    async def _move_clock(self, request: Request) -> Response:
        body = await json_object(request)
        if self.clock_file is None:
            raise InspectionError(409, "the sandbox runs on real time; start it with TOA_CLOCK_FILE to move its clock")
        try:
            set_clock(self.clock_file, now=self._target(body), rate=_rate(body))
        except ValueError as error:
            raise InspectionError(422, str(error)) from error
        return JSONResponse(self.clock_state())

    def clock_state(self) -> dict[str, Json]:
        rate = read_anchor(self.clock_file).rate if self.clock_file else 1.0
        return {"now": self.clock.now().isoformat(), "rate": rate, "movable": self.clock_file is not None}

    def _target(self, body: Mapping[str, Json]) -> datetime | None:
        if body.get("by_seconds") is not None:
            seconds = body["by_seconds"]
            if not isinstance(seconds, int | float) or not 0 < seconds <= 100 * 365 * 86_400:
                raise InspectionError(422, "by_seconds must be a number above 0, at most 100 years")
            return self.clock.now() + timedelta(seconds=seconds)
        return _instant(body, "to")

    def _moment(self, body: Mapping[str, Json]) -> int:
        """What happened stays as it was, so a post is published now or later."""
        now, wanted = self._now(), _instant(body, "moment")
        moment = now if wanted is None else timeline.moment_of(wanted)
        if moment < now:
            raise InspectionError(422, f"moment must not be before the sandbox's present, {self.clock.now()}")
        return moment

    def _free_moment(self, account: Account, moment: int) -> int:
        taken = {post.published for post in self._posts_of_day(account, moment)}
        while moment in taken:
            moment += 1
        return moment

    def _posts_of_day(self, account: Account, moment: int) -> tuple[Post, ...]:
        return self.world.published_on(account, timeline.day_of(moment))

    def named(self, name: str) -> Account | None:
        """Who has this open_id or username."""
        return self.world.account(name) or self.world.accounts.with_username(name.removeprefix("@"))

    def _account(self, name: str) -> Account:
        found = self.named(name)
        if found is None:
            raise InspectionError(404, "account names nobody by open_id or username; /_sandbox/accounts lists them")
        return found

    def _owned(self, item_id: str, *, owner: str | None) -> tuple[Account, Post]:
        """The post and whose it is. An id does not say whose, and looking through a large world takes long."""
        if owner is None and len(self.world.accounts) > LOOKED_THROUGH:
            raise InspectionError(
                422,
                f"account is missing: say whose post it is, /_sandbox/posts/{item_id}?account=<open_id or username>;"
                f" of {len(self.world.accounts)} accounts, more than {LOOKED_THROUGH}, they are not all looked through",
            )
        candidates = self.world.accounts if owner is None else (self._account(owner),)
        for account in candidates:
            if post := self.world.post(account, item_id):
                return account, post
        raise InspectionError(404, "item_id: no such post")

    def _now(self) -> int:
        return timeline.moment_of(self.clock.now())


async def json_object(request: Request) -> Mapping[str, Json]:
    try:
        body: object = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise InspectionError(422, "the request body must be a JSON object")
    return body


def _text(body: Mapping[str, Json], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InspectionError(422, f"{name} must be a text that is not empty")
    return value.strip()


def _caption(body: Mapping[str, Json]) -> str:
    caption = body.get("caption", "")
    if not isinstance(caption, str) or len(caption) > CAPTION_MOST:
        raise InspectionError(422, f"caption must be a text of at most {CAPTION_MOST} characters")
    return caption


def _kind(body: Mapping[str, Json]) -> str:
    kind = body.get("kind", KINDS[0])
    if kind not in KINDS:
        raise InspectionError(422, f"kind must be one of {', '.join(KINDS)}")
    return str(kind)


def _instant(body: Mapping[str, Json], name: str) -> datetime | None:
    text = body.get(name)
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise InspectionError(422, f"{name} must be an ISO 8601 moment") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _rate(body: Mapping[str, Json]) -> float | None:
    rate = body.get("rate")
    if rate is None:
        return None
    if not isinstance(rate, int | float):
        raise InspectionError(422, "rate must be a number: how many times as fast as real time")
    return float(rate)
