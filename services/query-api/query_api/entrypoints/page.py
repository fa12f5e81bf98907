"""The dashboard: its built files, and index.html for every address that is the page's own."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

_INDEX = "index.html"
# Vite puts a hash of the content into the names below assets/, so what is there never changes.
_HASHED = "assets/"
_FOREVER, _ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"
# Nothing below these is the page's: an unknown address there is a mistake of the caller.
_API = ("v1/", "auth/", "oauth/", "looker/")


def page_router(folder: Path | None) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    files = StaticFiles(directory=folder, check_dir=False) if folder else None

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    async def page(path: str, request: Request) -> Response:
        if path.startswith(_API) or f"{path}/" in _API:
            raise HTTPException(404, f"there is nothing at /{path}")
        if files is None:
            raise HTTPException(503, "this server was started without the page's files (TOA_WEB_DIR)")
        return await _file(files, path or _INDEX, request)

    return router


async def _file(files: StaticFiles, path: str, request: Request) -> Response:
    response = await _found(files, path, request)
    if response is None and not path.startswith(_HASHED):
        response = await _found(files, _INDEX, request)
    if response is None:
        raise HTTPException(404, f"there is no file /{path}; the page may not be built or may be newer: reload it")
    response.headers["Cache-Control"] = _FOREVER if path.startswith(_HASHED) else _ASK_AGAIN
    return response


async def _found(files: StaticFiles, path: str, request: Request) -> Response | None:
    try:
        return await files.get_response(path, request.scope)
    except HTTPException as error:
        if error.status_code == 404:
            return None
        raise
