"""What tests do with files of TikTok Studio over HTTP, and what they hear of them on the topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from .label_steps import MANAGING, told
from .system import Tenant, until

# Any: documents as JSON gives them.
Answer = dict[str, Any]
OVERVIEW = '"Date","Video Views","Profile Views","Likes","Comments","Shares"'
PROFILES, POSTS = "tiktok.profile-snapshots.v1", "tiktok.post-snapshots.v1"
SECONDS = 60.0


def overview(*rows: str) -> str:
    return "\r\n".join(["\ufeff" + OVERVIEW, *rows, ""])


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """A tenant whose key may manage, with an account."""

    tenant: Tenant
    account_id: UUID

    def upload(self, text: str | bytes, *, media_type: str = "text/csv", **parameters: object) -> httpx.Response:
        content = text.encode() if isinstance(text, str) else text
        asked = {"account_id": str(self.account_id), **{name: str(one) for name, one in parameters.items()}}
        headers = {**self.tenant.headers, "Content-Type": media_type}
        address = f"{self.tenant.url}/v1/imports"
        return self.tenant.client.post(address, params=asked, content=content, headers=headers)

    def previewed(self, text: str, **parameters: str) -> Answer:
        answer = self.upload(text, **parameters)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def send(self, method: str, path: str = "") -> httpx.Response:
        return self.tenant.client.request(method, f"{self.tenant.url}/v1/imports{path}", headers=self.tenant.headers)

    def done(self, method: str, path: str) -> Answer:
        answer = self.send(method, path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def confirmed(self, made: Answer) -> None:
        self.done("POST", f"/{made['import_id']}/confirm")
        self.until_state(made, "published")

    def undone(self, made: Answer) -> None:
        self.done("DELETE", f"/{made['import_id']}")
        self.until_state(made, "undone")

    def until_state(self, made: Answer, state: str) -> None:
        until(lambda: self.done("GET", f"/{made['import_id']}")["state"] == state, seconds=SECONDS)

    def told(self, topic: str = PROFILES) -> Sequence[Mapping[str, Any]]:
        return [value for _, value in told(self.tenant.platform, topic, str(self.account_id)) if value]


def importer(tenant: Tenant) -> Importer:
    """Of a tenant that has no key yet."""
    tenant.publish_key(scopes=MANAGING)
    account_id = tenant.connect()
    tenant.until_accounts(1)
    return Importer(tenant=tenant, account_id=account_id)
