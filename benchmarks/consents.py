"""What the ingestor needs besides Kafka and Mongo: consents of the sandbox's accounts, and who hands out the tokens."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from common.catalog import SCOPES
from embedded.parts import SANDBOX_APP
from embedded.ports import HOST

_REDIRECT = f"http://{HOST}:9/back/"


async def consents(sandbox: str) -> dict[str, str]:
    """A fresh access token of every account of the sandbox, by open_id."""
    async with httpx.AsyncClient(base_url=sandbox, timeout=60) as http:
        rows = (await http.get("/_sandbox/accounts")).json()["accounts"]
        return {row["open_id"]: await _consent(http, row["open_id"]) for row in rows}


async def _consent(http: httpx.AsyncClient, open_id: str) -> str:
    form = {
        "client_key": SANDBOX_APP["TOA_TIKTOK_CLIENT_KEY"],
        "redirect_uri": _REDIRECT,
        "account": open_id,
        "decision": "allow",
        "scopes": list(SCOPES),
    }
    reply = await http.post("/v2/auth/authorize", data=form)
    body = {
        "client_id": SANDBOX_APP["TOA_TIKTOK_APP_ID"],
        "client_secret": SANDBOX_APP["TOA_TIKTOK_APP_SECRET"],
        "grant_type": "authorization_code",
        "auth_code": httpx.URL(reply.headers["location"]).params["code"],
        "redirect_uri": _REDIRECT,
    }
    answer = (await http.post("/open_api/v1.3/tt_user/oauth2/token/", json=body)).json()
    return str(answer["data"]["access_token"])


@asynccontextmanager
async def token_server(tokens: Mapping[UUID, str]) -> AsyncIterator[str]:
    """The address of a server that hands out `tokens`, as auth-service does."""

    async def token(request: Request) -> JSONResponse:
        value = tokens[UUID((await request.json())["account_id"])]
        return JSONResponse({"access_token": value, "token_version": 1, "expires_at": "2100-01-01T00:00:00Z"})

    app = Starlette(routes=[Route("/internal/v1/tokens", token, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=0, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://{HOST}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def service_key(folder: Path) -> Path:
    file = folder / "service.pem"
    key = Ed25519PrivateKey.generate()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file
