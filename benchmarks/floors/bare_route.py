"""The floor of answering and lending: one route of a bare FastAPI that gives bytes it holds, behind the same server."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import Response

from common.runtime import process
from common.runtime.settings import Settings


class BareSettings(Settings):
    http_port: int
    bench_body: Path
    bench_path: str


def bare_app(path: str, body: bytes) -> FastAPI:
    app = FastAPI()

    @app.api_route(path, methods=["GET", "POST"])
    async def bare() -> Response:
        return Response(body, media_type="application/json")

    return app


def main() -> None:
    settings = BareSettings()
    app = bare_app(settings.bench_path, settings.bench_body.read_bytes())
    process.run(lambda stop: process.serve(app, host="127.0.0.1", port=settings.http_port, stop=stop))


if __name__ == "__main__":
    main()
