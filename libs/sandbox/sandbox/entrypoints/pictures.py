"""Generated pictures behind the temporary addresses of thumbnails and avatars."""

from collections.abc import Callable
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from common.runtime.clock import Clock
from sandbox.domain import assets, chance, timeline
from sandbox.domain.assets import Assets
from sandbox.domain.world import World

SIZES = {"thumbnail": (360, 640), "avatar": (200, 200)}


def route(world: World, clock: Clock) -> Route:
    async def picture(request: Request) -> Response:
        valid = assets.is_valid(
            world.seed,
            request.url.path,
            expires=request.query_params.get("x-expires", ""),
            signed=request.query_params.get("x-signature", ""),
            moment=timeline.moment_of(clock.now()),
        )
        kind, name = request.path_params["kind"], request.path_params["name"]
        if not valid or kind not in SIZES:
            return PlainTextResponse("this picture's address has expired or was never given out", 403)
        return Response(_svg(name, *SIZES[kind]), media_type="image/svg+xml")

    endpoint: Callable[[Request], object] = picture
    return Route("/_assets/{kind}/{name}.svg", endpoint, methods=["GET"])


def assets_of(request: Request, world: World) -> Assets:
    """Pictures are served at the address the client used for this very request."""
    return Assets(world.seed, f"{request.url.scheme}://{request.url.netloc}")


def _svg(name: str, width: int, height: int) -> str:
    draws = chance.uniforms("picture", name)
    first, second = int(draws[0] * 360), int(draws[1] * 360)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="hsl({first} 60% 55%)"/>'
        f'<stop offset="1" stop-color="hsl({second} 65% 35%)"/></linearGradient></defs>'
        f'<rect width="{width}" height="{height}" fill="url(#g)"/>'
        f'<circle cx="{int(draws[2] * width)}" cy="{int(draws[3] * height)}" r="{width // 4}" fill="#fff4"/>'
        f"<title>{escape(name)}</title></svg>"
    )
