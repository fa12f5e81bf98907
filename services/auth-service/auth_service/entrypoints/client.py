"""What a request tells of where it comes from, and the guard that counts by it."""

from collections.abc import Awaitable, Callable

from fastapi import Request

from auth_service.domain.device import device_named
from auth_service.domain.limits import Limit
from auth_service.use_cases.limiting import Limiting


def address_of(request: Request) -> str:
    """The client's address; behind a proxy the one it gives, if uvicorn trusts it (FORWARDED_ALLOW_IPS)."""
    return request.client.host if request.client else ""


def device_of(request: Request) -> str:
    return device_named(request.headers.get("user-agent", ""))


def limited(limiting: Limiting, limit: Limit) -> Callable[[Request], Awaitable[None]]:
    """A dependency: so many requests from one address and no more."""

    async def counted(request: Request) -> None:
        await limiting.require(limit, address_of(request))

    return counted
