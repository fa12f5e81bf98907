"""A browser that asks an app in the same process and costs nearly nothing: no socket, no client's own work."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    # Any: it is JSON's.
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Browser:
    """Keeps the first cookie it gets."""

    app: FastAPI
    address: str
    bearer: str
    cookie: str = field(default="", init=False)

    async def get(self, path: str, query: Mapping[str, str], *, expected: int) -> Answer:
        return await self._asked("GET", path, urlencode(query), b"", expected)

    async def post(self, path: str, body: Mapping[str, object], *, expected: int) -> Answer:
        return await self._asked("POST", path, "", json.dumps(body).encode(), expected)

    async def _asked(self, method: str, path: str, query: str, body: bytes, expected: int) -> Answer:
        sent: list[Mapping[str, Any]] = []

        async def receive() -> Mapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)

        await self.app(self._scope(method, path, query, len(body)), receive, send)  # type: ignore[arg-type]
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        answer = Answer(sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:]))
        if answer.status != expected:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body[:300]!r}")
        self.cookie = self.cookie or headers.get("set-cookie", "").split(";", 1)[0]
        return answer

    def _scope(self, method: str, path: str, query: str, length: int) -> dict[str, object]:
        named = {
            "host": "127.0.0.1",
            "authorization": f"Bearer {self.bearer}",
            "content-type": "application/json",
            "content-length": str(length),
            "cookie": self.cookie,
        }
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": (self.address, 1),
            "server": ("127.0.0.1", 80),
        }
