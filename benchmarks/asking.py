"""A client that costs little beside what it asks: one request as bytes, on so many connections, again and again."""

import asyncio
import time
from dataclasses import dataclass, field

_OK = b"HTTP/1.1 200"
_LENGTH = b"content-length: "


class _Connection(asyncio.Protocol):
    """Sends the next request when an answer is whole."""

    def __init__(self, asked: "_Asked") -> None:
        self._asked = asked
        self._read = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._read += data
        head = self._read.find(b"\r\n\r\n")
        if head >= 0 and len(self._read) >= head + 4 + _length(self._read[:head]):
            self._asked.answered(self._read)
            self._read = b""
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._asked.lost()

    def _next(self) -> None:
        assert self._transport is not None
        if self._asked.left > 0:
            self._asked.left -= 1
            self._transport.write(self._asked.request)
        else:
            self._transport.close()


def _length(head: bytes) -> int:
    at = head.lower().index(_LENGTH) + len(_LENGTH)
    return int(head[at:].split(b"\r\n", 1)[0])


@dataclass
class _Asked:
    request: bytes
    left: int
    open: int
    good: int = 0
    wrong: bytes = b""
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def answered(self, answer: bytes) -> None:
        if answer.startswith(_OK):
            self.good += 1
        else:
            self.wrong = answer

    def lost(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.done.set()


def post(path: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a request."""
    named = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def ask(port: int, request: bytes, *, times: int, at_once: int) -> float:
    """Seconds until `request` was answered `times` times with 200; raises when another answer came."""
    asked = _Asked(request=request, left=times, open=at_once)
    begun = time.perf_counter()
    for _ in range(at_once):
        await asyncio.get_running_loop().create_connection(lambda: _Connection(asked), "127.0.0.1", port)
    await asked.done.wait()
    seconds = time.perf_counter() - begun
    if asked.good != times:
        raise RuntimeError(f"{asked.good} of {times} were answered; an answer was {asked.wrong[:500]!r}")
    return seconds
