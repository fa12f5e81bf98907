"""The floor of lending: the least that FastAPI answers, in a process that runs as our services do."""

import asyncio

from fastapi import FastAPI

from common.runtime import process
from common.runtime.settings import Settings
from embedded.ports import HOST


class BareSettings(Settings):
    http_port: int


def _app() -> FastAPI:
    app = FastAPI()

    @app.post("/internal/v1/tokens")
    async def token() -> dict[str, str]:
        return {"access_token": "none"}

    return app


async def _run(stop: asyncio.Event) -> None:
    await process.serve(_app(), host=HOST, port=BareSettings().http_port, stop=stop)


if __name__ == "__main__":
    process.run(_run)
