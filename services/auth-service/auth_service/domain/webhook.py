"""TikTok's webhooks: whether one is TikTok's own and fresh, and what it says."""

import json
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from auth_service.domain.errors import WebhookRefused
from auth_service.domain.record import Record
from common.events import Timestamp

# Older, or further ahead, than this is a replay. It also bears the clocks' difference.
REPLAY_WINDOW = timedelta(minutes=5)
# TikTok sends an event again for 72 hours; a day more costs nothing.
REMEMBERED = timedelta(hours=96)
AUTHORIZATION_REMOVED = "authorization.removed"

# What TikTok means by its `reason`.
REASONS = {
    0: "for a reason TikTok does not name",
    1: "by the account's owner",
    2: "because the account was deleted",
    3: "because the owner's age changed",
    4: "because the account was banned",
    5: "by the app",
}
_SIGNATURE = re.compile(r"t=(\d{1,12}),s=([0-9a-f]{64})")


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Envelope(_Wire):
    client_key: str
    event: str
    create_time: int
    user_openid: str
    content: str
    """JSON in a text: read twice."""


class _Removed(_Wire):
    reason: int = 0


class Webhook(Record):
    """`at` is when it happened, to the second, by TikTok's clock; `fingerprint` is the same whenever it is sent."""

    fingerprint: str
    client_key: str
    event: str
    open_id: str
    at: Timestamp
    reason: int = 0

    @property
    def because(self) -> str:
        return REASONS.get(self.reason, f"with TikTok's reason {self.reason}")


class Heard(Record):
    """That a webhook was heeded; kept under its fingerprint. `heard_at` is wall time."""

    fingerprint: str
    event: Literal["authorization.removed"]
    heard_at: Timestamp


def verified(body: bytes, signature: str, *, secret: SecretStr, now: datetime) -> Webhook:
    """What TikTok says, if it is TikTok who says it, now; raises `WebhookRefused`. `now` is of the domain clock."""
    found = _SIGNATURE.fullmatch(signature.strip())
    if found is None:
        raise WebhookRefused("The header tiktok-signature is missing or not of the form t=<seconds>,s=<hex>.")
    signed_at, given = found.groups()
    expected = hmac(secret.get_secret_value().encode(), signed_at.encode() + b"." + body, sha256).hexdigest()
    if not compare_digest(given, expected):
        raise WebhookRefused("The signature is not that of the app.")
    if abs(now - datetime.fromtimestamp(int(signed_at), UTC)) > REPLAY_WINDOW:
        raise WebhookRefused("The signature is too old, or too far ahead.")
    return _read(body)


def _read(body: bytes) -> Webhook:
    try:
        envelope = _Envelope.model_validate_json(body)
        removed = envelope.event == AUTHORIZATION_REMOVED
        reason = _Removed.model_validate(json.loads(envelope.content)).reason if removed else 0
        at = datetime.fromtimestamp(envelope.create_time, UTC)
    except (ValidationError, ValueError, OverflowError, OSError):
        raise WebhookRefused("The body is not what TikTok documents.") from None
    return Webhook(
        fingerprint=sha256(body).hexdigest(),
        client_key=envelope.client_key,
        event=envelope.event,
        open_id=envelope.user_openid,
        at=at,
        reason=reason,
    )
