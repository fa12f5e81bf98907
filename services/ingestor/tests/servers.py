"""Small real HTTP servers on free ports: an auth-service by its internal contract, and a TikTok that misbehaves."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """The address of `app`, served in this process."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            assert not task.done()
            await asyncio.sleep(0.01)
        yield f"http://{HOST}:{port}"
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await task


@dataclass
class FakeAuthService:
    """POST /internal/v1/tokens as agreed: checks the service JWT, hands out what `grants` holds."""

    public_key: Ed25519PublicKey
    grants: dict[UUID, list[str]] = field(default_factory=dict)
    """Per account its tokens; version n is the n-th. An empty list: authorization lost."""
    expires_at: datetime = datetime(2100, 1, 1, tzinfo=UTC)
    calls: list[dict[str, object]] = field(default_factory=list)
    claims: list[dict[str, object]] = field(default_factory=list)
    broken: Response | None = None
    renew: Callable[[UUID], Awaitable[str]] | None = None
    """Makes the token after the last one; without it the authorization is lost then."""

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/internal/v1/tokens", self._token, methods=["POST"])])

    async def _token(self, request: Request) -> Response:
        scheme, _, signed = request.headers["authorization"].partition(" ")
        assert scheme == "Bearer"
        self.claims.append(jwt.decode(signed, self.public_key, algorithms=["EdDSA"], audience="auth-service"))
        body = await request.json()
        self.calls.append(body)
        return self.broken or await self._answer(UUID(body["account_id"]), body.get("refused_version"))

    async def _answer(self, account_id: UUID, refused: int | None) -> Response:
        tokens = self.grants.get(account_id)
        if tokens is None:
            return _problem(404, "unknown-account")
        version = max(len(tokens), 1) if refused is None else refused + 1
        if version > len(tokens) and self.renew:
            tokens.append(await self.renew(account_id))
        if version > len(tokens):
            return _problem(409, "authorization-lost")
        return JSONResponse(
            {
                "access_token": tokens[version - 1],
                "token_version": version,
                "expires_at": self.expires_at.isoformat(),
                "scopes": [],
                "open_id": "o",
            }
        )


def _problem(status: int, kind: str) -> Response:
    body = {"type": kind, "title": kind, "status": status, "detail": kind}
    return JSONResponse(body, status, media_type="application/problem+json")
