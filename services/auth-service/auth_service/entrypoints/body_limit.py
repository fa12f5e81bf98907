"""No body is read that is larger than any of ours can be."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_service.entrypoints.problems import Problem, answered

MOST_BODY_BYTES = 64 * 1024


class BodyLimit:
    """A larger body is refused by what it says of itself, or cut off where it has said nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _told(scope) > MOST_BODY_BYTES:
            detail = f"No request here has more than {MOST_BODY_BYTES} bytes."
            problem = Problem(type="too-large", title="Too large", status=413, detail=detail)
            await answered(problem)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            # As if the client had gone: nothing that it sent is used.
            return message if read <= MOST_BODY_BYTES else {"type": "http.disconnect"}

        await self._app(scope, counted, send)


def _told(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length" and value.isdigit()]
    return int(lengths[0]) if lengths else 0
