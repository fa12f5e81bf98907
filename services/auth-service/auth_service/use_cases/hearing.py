"""Hearing TikTok's webhooks: an access that was removed there is lost here at once, in every workspace."""

from dataclasses import dataclass

from pydantic import SecretStr

from auth_service.domain.connection import Connection, account_event
from auth_service.domain.errors import WebhookRefused
from auth_service.domain.webhook import AUTHORIZATION_REMOVED, Heard, Webhook, verified
from auth_service.ports import Connections, Grants
from auth_service.ports_connecting import HeardWebhooks
from common.events import AccountChange
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    app_id: str
    client_key: str
    secret: SecretStr
    heard: HeardWebhooks
    grants: Grants
    connections: Connections
    domain: Clock
    wall: Clock

    async def hear(self, body: bytes, signature: str) -> bool:
        """Whether it was news. Heeded first and remembered then: what died in between is heeded again."""
        webhook = verified(body, signature, secret=self.secret, now=self.domain.now())
        if webhook.client_key != self.client_key:
            raise WebhookRefused("The webhook is for another app.")
        if webhook.event != AUTHORIZATION_REMOVED or await self.heard.knows(webhook.fingerprint):
            return False
        await self._removed(webhook)
        kept = Heard(fingerprint=webhook.fingerprint, event=AUTHORIZATION_REMOVED, heard_at=self.wall.now())
        await self.heard.add(kept)
        return True

    async def _removed(self, webhook: Webhook) -> None:
        grant = await self.grants.get(self.app_id, webhook.open_id)
        # The event of an earlier consent may come after a new one. Of the same second it may be either: then the
        # next refusal of the token tells.
        if grant is None or webhook.at <= grant.granted_at:
            return
        for connection in await self.connections.of_grant(self.app_id, webhook.open_id):
            await self._lose(connection, webhook, token_version=grant.token_version)

    async def _lose(self, connection: Connection, webhook: Webhook, *, token_version: int) -> None:
        reason = f"The access was removed at TikTok {webhook.because}"
        present: Connection | None = connection
        while present and present.loses_with(token_version):
            lost = present.lost(reason, self.domain.now())
            if await self.connections.replace(lost, account_event(lost, AccountChange.AUTHORIZATION_LOST)):
                return
            present = await self.connections.get(connection.account_id)
