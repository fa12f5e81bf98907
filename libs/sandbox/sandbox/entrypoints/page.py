"""The page at /: who lives here, what time it is, what was asked, and buttons that call /_sandbox/*."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.domain import counters, followers, timeline
from sandbox.domain.authorization import Authorizer
from sandbox.domain.character import Account
from sandbox.domain.posts import Post
from sandbox.domain.wire import Json
from sandbox.domain.world import World
from sandbox.entrypoints.hands import Hands
from sandbox.entrypoints.inspection import whole
from sandbox.ports import AnswerLog

ACCOUNTS_SHOWN, POSTS_SHOWN, ANSWERS_SHOWN = 20, 10, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Where a part of a longer list starts, and the parts beside it."""

    first: int
    size: int
    total: int

    @property
    def last(self) -> int:
        return min(self.first + self.size, self.total)

    @property
    def before(self) -> int | None:
        return max(0, self.first - self.size) if self.first else None

    @property
    def after(self) -> int | None:
        return self.last if self.last < self.total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    world: World
    authorizer: Authorizer
    hands: Hands
    log: AnswerLog
    pages: Environment

    def routes(self) -> list[Route]:
        return [Route("/", self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        params = request.query_params
        now, asked = timeline.moment_of(self.hands.clock.now()), params.get("account", "").strip()
        chosen = self.hands.named(asked) if asked else None
        context = {
            **self._accounts(params, now),
            **self._answers(params),
            **(self._posts(chosen, params, now) if chosen else {"chosen": None}),
            "unknown": asked if asked and chosen is None else None,
            "clock": self.hands.clock_state(),
            "now": _readable(self.hands.clock.now()),
            "asked": dict(params),
        }
        return HTMLResponse(self.pages.get_template("page.html").render(context))

    def _accounts(self, params: Mapping[str, str], now: int) -> dict[str, object]:
        pager = _pager(params, "accounts", size=ACCOUNTS_SHOWN, total=len(self.world.accounts))
        shown = self.world.accounts[pager.first : pager.last]
        return {"accounts": [self._account(account, now) for account in shown], "accounts_pager": pager}

    def _account(self, account: Account, now: int) -> Mapping[str, Json]:
        return {
            "open_id": account.open_id,
            "username": account.character.username,
            "display_name": account.character.display_name,
            "kind": account.character.kind.value.replace("_", " "),
            "followers": followers.total_now(account, now),
            "posts": len(self.world.listed(account, now)),
            "connected": self.authorizer.is_connected(account.open_id, now=now),
        }

    def _posts(self, account: Account, params: Mapping[str, str], now: int) -> dict[str, object]:
        listed = self.world.listed(account, now)
        pager = _pager(params, "posts", size=POSTS_SHOWN, total=len(listed))
        rows = [_post(account, post, now) for post in listed[pager.first : pager.last]]
        return {"chosen": self._account(account, now), "posts": rows, "posts_pager": pager}

    def _answers(self, params: Mapping[str, str]) -> dict[str, object]:
        """The newest first."""
        pager = _pager(params, "requests", size=ANSWERS_SHOWN, total=self.log.last())
        newest = self.log.last() - pager.first
        lines = list(self.log.lines(after=max(0, newest - ANSWERS_SHOWN), until=newest))
        return {"answers": [self._answer(line) for line in reversed(lines)], "requests_pager": pager}

    def _answer(self, line: bytes) -> Mapping[str, Json]:
        entry = json.loads(line)
        open_id, said = entry["open_id"], _said(entry)
        account = self.world.account(open_id or "")
        return {
            "path": entry["path"],
            "account": account.character.username if account else open_id,
            "said": said,
            "fine": said == "0",
            "when": _readable(datetime.fromisoformat(entry["at"])),
        }


def _said(entry: Mapping[str, Json]) -> str:
    """The code, else the HTTP status, and the fault where one struck."""
    body, fault = entry["body"], entry.get("fault")
    code = str(body["code"]) if isinstance(body, dict) and "code" in body else f"HTTP {entry['http_status'] or '–'}"
    return f"{code} ({fault})" if fault else code


def _pager(params: Mapping[str, str], name: str, *, size: int, total: int) -> Pager:
    first = whole(params, name, default=0)
    return Pager(first=min(first, max(0, total - 1)), size=size, total=total)


def _post(account: Account, post: Post, now: int) -> Mapping[str, Json]:
    return {
        "item_id": post.item_id,
        "caption": post.caption,
        "kind": "photo" if post.is_photo else "video",
        "views": counters.gross(account, post, now).views,
        "published": _readable(timeline.instant_of(post.published)),
    }


def _readable(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
