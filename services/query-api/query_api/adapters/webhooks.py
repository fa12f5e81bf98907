"""Exports told to a webhook, signed as Standard Webhooks has it."""

import base64
import hashlib
import hmac
import json
from datetime import datetime

import httpx

from common.runtime.clock import Clock
from query_api.adapters.webhook_targets import target_of
from query_api.domain.schedule import Destination, ToWebhook
from query_api.ports.schedules import NotDelivered, Parcel

SECRET_PREFIX = "whsec_"  # noqa: S105 - how one begins
_SECONDS = 15.0


class Webhooks:
    """`private` allows targets in our own network: for development alone."""

    def __init__(self, wall: Clock, *, private: bool) -> None:
        self._wall = wall
        self._private = private

    async def send(self, parcel: Parcel, destination: Destination) -> str:
        assert isinstance(destination, ToWebhook)
        target = await target_of(destination.url, private=self._private)
        body = _body(parcel, self._wall.now())
        headers = self._headers(str(parcel.delivery.delivery_id), body, destination.secret) | {"Host": target.host}
        extensions = {"sni_hostname": target.name}
        # No proxy of the environment either: it would look the name up anew.
        async with httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as http:
            try:
                request = http.build_request("POST", target.url, content=body, headers=headers, extensions=extensions)
                answer = await http.send(request, stream=True)
                await answer.aclose()
            except httpx.HTTPError as error:
                raise NotDelivered(f"the webhook cannot be reached ({type(error).__name__})") from None
        if not answer.is_success:
            raise NotDelivered(f"the webhook answered {answer.status_code}")
        return f"webhook of {target.name} answered {answer.status_code}"

    def _headers(self, name: str, body: bytes, secret: str) -> dict[str, str]:
        timestamp = str(int(self._wall.now().timestamp()))
        return {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(secret, name, timestamp, body),
        }


def signature(secret: str, name: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{name}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _body(parcel: Parcel, now: datetime) -> bytes:
    told = {
        "type": "export.delivered",
        "timestamp": _moment(now),
        "data": {
            "schedule_id": str(parcel.schedule.schedule_id),
            "schedule": parcel.schedule.name,
            "delivery_id": str(parcel.delivery.delivery_id),
            "due_at": _moment(parcel.delivery.due_at),
            "export_id": str(parcel.job.export_id),
            "download_url": parcel.link,
            "download_expires_at": _moment(parcel.link_expires_at),
            "manifest": parcel.job.manifest,
        },
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
