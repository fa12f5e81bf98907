"""One HTTP request and its answer, over ASGI: the body as it comes, and whether the client is still there."""

from collections.abc import AsyncGenerator, Mapping

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send


class ClientGone(Exception):
    """The client closed its connection before it had the answer."""


class Exchange:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.url_query: bytes = scope["query_string"]
        self.headers = Headers(scope=scope)
        self._receive = receive
        self._send = send

    async def body(self) -> AsyncGenerator[bytes, None]:
        more = True
        while more:
            message = await self._next()
            more = message.get("more_body", False)
            yield message.get("body", b"")

    async def until_gone(self) -> None:
        """Raise ClientGone when it happens; to be called when the body was read."""
        while True:
            await self._next()

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the head; without a content-length the body goes in chunks, and a cut one is seen as such."""
        # Without line ends: a client's own query id may hold some, and must not become a header.
        lines = {name: " ".join(value.splitlines()) for name, value in headers.items()}
        encoded = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in lines.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": encoded})

    async def write(self, data: bytes) -> None:
        """Waits while the client is slow to read."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message
