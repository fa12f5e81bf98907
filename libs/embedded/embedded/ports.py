"""Chooses ports on 127.0.0.1: the usual one, or a free one where that is taken."""

import contextlib
import random
import socket
from collections.abc import Mapping

from embedded.errors import PortError

HOST = "127.0.0.1"
# Below the range that systems take for outgoing connections: such a one could take the port before its part listens.
ANY = range(20_000, 32_000)
TRIES = 50


def choose(usual: Mapping[str, int]) -> dict[str, int]:
    """A port for every name: its usual one when that is free, else any free one; 0 asks for any. Never one twice."""
    with contextlib.ExitStack() as held:
        # All stay bound until the last is chosen, so that none is given out twice.
        bound = {name: held.enter_context(_bind_or_any(port)) for name, port in usual.items()}
        return {name: sock.getsockname()[1] for name, sock in bound.items()}


def require_free(port: int, *, part: str) -> None:
    """Raise a PortError when `port` is taken."""
    sock = _bind(port)
    if sock is None:
        raise PortError(f"{part} cannot listen on {HOST}:{port}: the port is in use; stop what uses it or give another")
    sock.close()


def _bind_or_any(port: int) -> socket.socket:
    sock = (_bind(port) if port else None) or _bind_any() or _bind(0)
    if sock is None:
        raise PortError(f"no port is free on {HOST}; close some programs and try again")
    return sock


def _bind_any() -> socket.socket | None:
    # The system's own source: tests that fix the seed of `random` side by side must not choose alike.
    tried = random.SystemRandom().sample(ANY, TRIES)
    return next((sock for port in tried if (sock := _bind(port)) is not None), None)


def _bind(port: int) -> socket.socket | None:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # As servers do: a port whose last connections are still closing counts as free.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
        # With SO_REUSEADDR two sockets may be bound to one port; only one may listen.
        sock.listen(1)
    except OSError:
        sock.close()
        return None
    return sock
