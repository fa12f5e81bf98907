"""A client that costs little beside what it measures: the same request again and again over kept connections."""

import asyncio
import time
from dataclasses import dataclass

HOST = "127.0.0.1"
_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class _Asking(asyncio.Protocol):
    """One connection: asks anew as soon as the answer is there whole."""

    def __init__(self, request: bytes, ends_at: float, done: "asyncio.Future[int]") -> None:
        self._request = request
        self._ends_at = ends_at
        self._done = done
        self._answers = 0
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(_END)
        if not end or len(body) < _body_bytes(head):
            return
        self._received = b""
        self._answers += 1
        if time.monotonic() < self._ends_at:
            self._transport.write(self._request)
            return
        self._transport.close()
        if not self._done.done():
            self._done.set_result(self._answers)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("hung up before the end"))


def _body_bytes(head: bytes) -> int:
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"not an answer: {head[:200]!r}")
    return int(head.lower().partition(_LENGTH)[2].split(b"\r\n", 1)[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked at which port, as the bytes that go over the line."""

    port: int
    request: bytes

    async def rate(self, *, connections: int, seconds: float) -> float:
        """Answers a second."""
        loop = asyncio.get_running_loop()
        begun = time.monotonic()
        all_done = []
        for _ in range(connections):
            done: asyncio.Future[int] = loop.create_future()
            asking = _Asking(self.request, begun + seconds, done)
            await loop.create_connection(lambda asking=asking: asking, HOST, self.port)  # type: ignore[misc]
            all_done.append(done)
        answers = sum(await asyncio.gather(*all_done))
        return answers / (time.monotonic() - begun)
