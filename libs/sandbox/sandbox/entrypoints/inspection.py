"""/_sandbox/*: what happened, what the API shows at a moment, what it answered, and a revoke by the account holder."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from common.runtime.clock import Clock
from sandbox.domain import timeline, truth
from sandbox.domain.answers import Switches
from sandbox.domain.authorization import Authorizer
from sandbox.domain.character import Account
from sandbox.domain.profile import LOOK_BACK_DAYS
from sandbox.domain.world import World
from sandbox.entrypoints.pictures import assets_of
from sandbox.ports import AnswerLog


class InspectionError(Exception):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


_TITLES = {404: "Not Found", 409: "Conflict", 422: "Unprocessable Content"}


async def problem(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, InspectionError) else 500
    title = _TITLES.get(status, "Internal Server Error")
    body = {"type": "about:blank", "title": title, "status": status, "detail": str(error)}
    return JSONResponse(body, status, media_type="application/problem+json")


def said(error: ValidationError) -> str:
    """What is wrong with a body, field by field."""
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in error.errors())


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    world: World
    clock: Clock
    authorizer: Authorizer
    log: AnswerLog
    switches: Switches

    def routes(self) -> list[Route]:
        return [
            Route("/_sandbox/accounts", self._accounts),
            Route("/_sandbox/truth", self._truth),
            Route("/_sandbox/visible", self._visible),
            Route("/_sandbox/log", self._log),
            Route("/_sandbox/revoke", self._revoke, methods=["POST"]),
        ]

    async def _accounts(self, request: Request) -> Response:
        accounts = self.world.accounts
        after = whole(request.query_params, "after", default=0)
        most = whole(request.query_params, "limit", default=len(accounts))
        rows = (truth.account_row(accounts[place]) for place in range(after, min(after + most, len(accounts))))
        lines = (json.dumps(row).encode() for row in rows)
        return StreamingResponse(_listed("accounts", lines, total=len(accounts)), media_type="application/json")

    async def _truth(self, request: Request) -> Response:
        now = timeline.moment_of(self.clock.now())
        today = timeline.day_of(now)
        account = self._account(request.query_params)
        first = _day(request.query_params, "from", default=today - LOOK_BACK_DAYS)
        end = _day(request.query_params, "to", default=today + 1)
        days, hourly = range(first, min(end, today + 1)), request.query_params.get("hours") == "1"
        return JSONResponse(truth.happened(self.world, account, days=days, now=now, hourly=hourly))

    async def _visible(self, request: Request) -> Response:
        account = self._account(request.query_params)
        at = _instant(request.query_params, "at", default=self.clock.now())
        shown = truth.visible(
            self.world,
            account,
            now=timeline.moment_of(at),
            assets=assets_of(request, self.world),
            switches=self.switches,
        )
        return JSONResponse({"open_id": account.open_id, "at": at.isoformat(), **shown})

    async def _log(self, request: Request) -> Response:
        after = whole(request.query_params, "after", default=0)
        most = whole(request.query_params, "limit", default=2**31)
        until = max(after, min(self.log.last(), after + most))
        lines = self.log.lines(after=after, until=until)
        return StreamingResponse(_listed("entries", lines, next=until), media_type="application/json")

    async def _revoke(self, request: Request) -> Response:
        asked = request.query_params if "open_id" in request.query_params else await _json_object(request)
        account = self._account(asked)
        now = timeline.moment_of(self.clock.now())
        return JSONResponse({"revoked": self.authorizer.revoke_all(account.open_id, now=now)})

    def _account(self, values: Mapping[str, str]) -> Account:
        account = self.world.account(values.get("open_id", ""))
        if account is None:
            raise InspectionError(404, "open_id names no account of this world; /_sandbox/accounts lists them")
        return account


def _listed(name: str, lines: Iterable[bytes], **last: int) -> Iterator[bytes]:
    """A JSON object with the list `name` of `lines`, which are JSON themselves, and the numbers `last`."""
    yield f'{{"{name}": ['.encode()
    for index, line in enumerate(lines):
        yield b", " + line if index else line
    yield f"], {json.dumps(last)[1:]}".encode()


async def _json_object(request: Request) -> dict[str, str]:
    try:
        body: object = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise InspectionError(422, 'the request body must be a JSON object like {"open_id": "…"}')
    return {str(name): str(value) for name, value in body.items()}


def _day(values: Mapping[str, str], name: str, *, default: int) -> int:
    try:
        return timeline.day_number(date.fromisoformat(values[name])) if name in values else default
    except ValueError as error:
        raise InspectionError(422, f"{name} must be a date in the form YYYY-MM-DD") from error


def _instant(values: Mapping[str, str], name: str, *, default: datetime) -> datetime:
    try:
        instant = datetime.fromisoformat(values[name]) if name in values else default
    except ValueError as error:
        raise InspectionError(422, f"{name} must be an ISO 8601 moment (a + in it written as %2B)") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def whole(values: Mapping[str, str], name: str, *, default: int) -> int:
    text = values.get(name, str(default))
    if not (text.isascii() and text.isdecimal()):
        raise InspectionError(422, f"{name} must be a whole number, not negative")
    return int(text)
