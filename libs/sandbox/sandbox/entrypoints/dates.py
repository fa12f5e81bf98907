"""The `Date` header, which tells the domain's time: a client that compares it with its own clock must find no gap."""

from datetime import datetime
from email.utils import format_datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.runtime.clock import Clock


def http_date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


class DomainDate:
    """Adds `Date` to every answer that has none."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("date", http_date(self._clock.now()))
            await send(message)

        await self._app(scope, receive, dated)
