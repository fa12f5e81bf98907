"""Choosing ports."""

import socket
from collections.abc import Iterator

import pytest

from embedded import ports
from embedded.errors import PortError


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_usual_port_is_taken_when_it_is_free() -> None:
    free = ports.choose({"any": 0})["any"]
    assert ports.choose({"web": free}) == {"web": free}


def test_a_busy_port_is_replaced(busy: int) -> None:
    chosen = ports.choose({"web": busy})["web"]
    assert chosen != busy
    socket.create_server(("127.0.0.1", chosen)).close()


def test_no_port_is_given_twice() -> None:
    free = ports.choose({"any": 0})["any"]
    chosen = ports.choose({"a": free, "b": free, **{str(number): 0 for number in range(30)}})
    assert chosen["a"] == free
    assert len(set(chosen.values())) == 32


def test_a_required_port_that_is_busy_is_named(busy: int) -> None:
    with pytest.raises(PortError, match=f"web cannot listen on 127.0.0.1:{busy}"):
        ports.require_free(busy, part="web")
