"""Where a webhook may go: to an address of the open internet, looked up once and then held to.

A name is looked up by us and the connection made to what was found, so that it cannot mean a machine of our own network
a moment later. TLS still checks the name.
"""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit, urlunsplit

from query_api.ports.schedules import NotDelivered

Address = IPv4Address | IPv6Address

_PORTS = {"https": 443, "http": 80}
_FAR = "the address is not one of the open internet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`url` has the address in place of the name, which goes into `host` and TLS."""

    url: str
    host: str
    name: str


async def target_of(url: str, *, private: bool) -> Target:
    """Raises `NotDelivered`. `private` allows machines of our own network, and http."""
    parts = urlsplit(url)
    scheme, name = parts.scheme, parts.hostname
    if name is None or scheme not in _PORTS or (scheme == "http" and not private):
        raise NotDelivered("the address must begin with https:// and name a host")
    addresses = await _looked_up(name, _port(parts))
    if not private and not all(is_open(address) for address in addresses):
        raise NotDelivered(_FAR)
    return _pinned(parts, name, addresses[0])


def is_open(address: Address) -> bool:
    """Whether it is neither private, nor of this machine, nor of a local network, however it is written."""
    inner = _inner(address)
    return inner.is_global and not inner.is_multicast


def _inner(address: Address) -> Address:
    """An IPv4 address that is wrapped in an IPv6 one (mapped, 6to4, NAT64)."""
    if isinstance(address, IPv4Address):
        return address
    wrapped = address.ipv4_mapped or address.sixtofour
    if wrapped is not None:
        return wrapped
    nat64 = address.packed[:12] == bytes.fromhex("0064ff9b") + bytes(8)
    return IPv4Address(address.packed[12:]) if nat64 else address


async def _looked_up(name: str, port: int) -> Sequence[Address]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
        return [ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    except (OSError, ValueError, UnicodeError):
        raise NotDelivered("the host of the address cannot be found") from None


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise NotDelivered("the port of the address is none") from None


def _pinned(parts: SplitResult, name: str, address: Address) -> Target:
    written = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    port = _port(parts)
    host = name if port == _PORTS[parts.scheme] else f"{name}:{port}"
    url = urlunsplit((parts.scheme, f"{written}:{port}", parts.path or "/", parts.query, ""))
    return Target(url=url, host=host, name=name)
