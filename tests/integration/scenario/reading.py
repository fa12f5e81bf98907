"""What a client of the query API gets: every page of an answer, joined."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from .heart import KEY

Answer = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    client: httpx.AsyncClient

    async def widget(self, slug: str, **parameters: object) -> Answer:
        return await self._whole(f"/v1/widgets/{slug}", parameters)

    async def query(self, **parameters: object) -> Answer:
        return await self._whole("/v1/query", parameters)

    async def ask(self, path: str, parameters: Mapping[str, object]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {KEY}"}
        return await self.client.post(
            path, json={_name(one): value for one, value in parameters.items()}, headers=headers
        )

    async def _whole(self, path: str, parameters: Mapping[str, object]) -> Answer:
        first = answer = await self._page(path, parameters)
        while answer["next_cursor"] is not None:
            answer = await self._page(path, {**parameters, "cursor": answer["next_cursor"], "limit": 500})
            first["rows"] += answer["rows"]
        return first

    async def _page(self, path: str, parameters: Mapping[str, object]) -> Answer:
        response = await self.ask(path, parameters)
        assert response.status_code == 200, f"{path} {parameters}: {response.text}"
        return dict(response.json())


def _name(parameter: str) -> str:
    return parameter.removesuffix("_")
