"""What tests do with labels over HTTP, and what they hear of them on the topics."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from aiokafka import ConsumerRecord

from common.bus.follow import follow
from common.events import KeyScope

from .system import Platform, Tenant, until

MANAGING = (KeyScope.READ, KeyScope.EXPORT, KeyScope.MANAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labeller:
    """A tenant whose key may manage, with an account that has posts."""

    tenant: Tenant
    account_id: UUID

    def send(self, method: str, path: str, body: object = None, *, tenant: Tenant | None = None) -> httpx.Response:
        asking = tenant or self.tenant
        return asking.client.request(method, f"{asking.url}{path}", json=body, headers=asking.headers)

    # Any: an answer as JSON gives it.
    def done(self, method: str, path: str, body: object = None, *, status: int = 200) -> dict[str, Any]:
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        return dict(answer.json()) if answer.content else {}

    def make(self, name: str, *, kind: str = "label", **more: str) -> str:
        made = self.done("POST", "/v1/labels", {"kind": kind, "name": name, **more}, status=201)
        return str(made["label_id"])

    def named(self, *, kind: str | None = None) -> dict[str, dict[str, Any]]:
        path = f"/v1/labels?kind={kind}" if kind else "/v1/labels"
        return {one["name"]: one for one in self.done("GET", path)["labels"]}

    def mark(
        self, *posts: str, add: Sequence[str] = (), remove: Sequence[str] = (), account_id: UUID | None = None
    ) -> list[dict[str, Any]]:
        whose = str(account_id or self.account_id)
        body = {"posts": [{"account_id": whose, "post_id": one} for one in posts], "add": add, "remove": remove}
        return list(self.done("POST", "/v1/post-labels", body)["posts"])

    def of(self, post_id: str) -> dict[str, Any]:
        return self.done("GET", f"/v1/post-labels/{self.account_id}/{post_id}")

    def posts(self, *post_ids: str, account_id: UUID | None = None, **more: object) -> None:
        rows = [{"post_id": one, "published_at": "2026-03-01 10:00:00", **more} for one in post_ids]
        self.tenant.posts(account_id or self.account_id, rows)


def labeller(tenant: Tenant) -> Labeller:
    """Of a tenant that has no key yet."""
    tenant.publish_key(scopes=MANAGING)
    account_id = tenant.connect()
    made = Labeller(tenant=tenant, account_id=account_id)
    until(lambda: len(tenant.get("/v1/accounts").json().get("accounts", ())) == 1)
    return made


def told(platform: Platform, topic: str, *needles: str) -> list[tuple[str, Mapping[str, Any] | None]]:
    """(key, value) of every record of the topic whose key or value holds all needles, oldest first per key."""
    found: list[tuple[str, Mapping[str, Any] | None]] = []

    async def handle(record: "ConsumerRecord[bytes, bytes]") -> None:
        key, value = (record.key or b"").decode(), (record.value or b"").decode()
        if all(needle in key + value for needle in needles):
            found.append((key, json.loads(value) if value else None))

    async def read() -> None:
        caught_up = asyncio.Event()
        reading = asyncio.ensure_future(follow(topic, bootstrap=platform.kafka, handle=handle, caught_up=caught_up))
        waiting = asyncio.ensure_future(caught_up.wait())
        await asyncio.wait({reading, waiting}, return_when=asyncio.FIRST_COMPLETED)
        for task in (reading, waiting):
            task.cancel()
        await asyncio.gather(reading, waiting, return_exceptions=True)

    asyncio.run(read())
    return found
