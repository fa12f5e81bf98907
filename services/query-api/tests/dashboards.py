"""Dashboards as tests ask for them: a workspace that may manage, and requests with bodies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from common.events import KeyScope

from .system import Tenant, until

EVERYTHING = (KeyScope.READ, KeyScope.EXPORT, KeyScope.MANAGE)
PLACE = {"x": 0, "y": 0, "w": 6, "h": 4}


def widget(slug: str = "video_views", **changed: object) -> dict[str, object]:
    return {"widget": slug, "place": PLACE, **changed}


@dataclass(frozen=True)
class Manager:
    """Somebody who may change dashboards of the tenant's workspace."""

    tenant: Tenant

    def send(self, method: str, path: str, body: object = None, **parameters: object) -> httpx.Response:
        return self.tenant.client.request(
            method,
            f"{self.tenant.url}{path}",
            json=body,
            # Even empty ones would stand in place of those in the path.
            params={name: str(value) for name, value in parameters.items()} or None,
            headers=self.tenant.headers,
        )

    def get(self, path: str) -> dict[str, Any]:
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def made(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        answer = self.send("POST", path, body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def dashboard(self, *widgets: Mapping[str, object], **content: object) -> dict[str, Any]:
        """One of these widgets, made."""
        return self.made("/v1/dashboards", {"name": "Ours", "widgets": list(widgets), **content})

    def shared(self, dashboard: Mapping[str, Any], **asked: object) -> dict[str, Any]:
        return self.made(f"/v1/dashboards/{dashboard['dashboard_id']}/shares", asked)

    def opened(self, share: Mapping[str, Any], path: str = "", **parameters: object) -> httpx.Response:
        """What anybody gets who has the link."""
        address = f"{self.tenant.url}/v1/shared/{share['token']}{path}"
        return self.tenant.client.get(address, params={name: str(value) for name, value in parameters.items()})


def managing(tenant: Tenant, **changed: object) -> Manager:
    """Waits until the service knows the key."""
    tenant.publish_key(**{"scopes": EVERYTHING, **changed})
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    return Manager(tenant)


def content(dashboard: Mapping[str, Any]) -> dict[str, Any]:
    """What may be sent back of an answer."""
    return {name: dashboard[name] for name in ("name", "description", "filters", "widgets")}
