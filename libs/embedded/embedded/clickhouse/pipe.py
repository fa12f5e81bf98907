"""A pipe from a thread that blocks to the event loop: the reader takes what is there, the writer waits for room."""

import asyncio
import os
from collections.abc import AsyncIterator

_READ_BYTES = 262_144


def make() -> tuple[int, int]:
    """The descriptors of its read and its write end; each side closes its own, and may do so at any time."""
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    return read_end, write_end


async def chunks(read_end: int) -> AsyncIterator[bytes]:
    """Until the write end is closed."""
    # Not the loop's pipe transport: uvloop's closes the descriptor twice, and by then it may be another request's.
    while True:
        try:
            chunk = os.read(read_end, _READ_BYTES)
        except BlockingIOError:
            await _readable(read_end)
            continue
        if not chunk:
            return
        yield chunk


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
