"""Brings webhooks to the app: each address gets its events one after another, a deaf one holds up no other."""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from common.runtime.clock import LOOK_EVERY_SECONDS, Clock
from sandbox.domain import timeline, webhooks
from sandbox.domain.authorization import App
from sandbox.domain.webhooks import Delivery, WebhookBook
from sandbox.ports import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    app: App
    book: WebhookBook
    clock: Clock

    async def run(self, caller: Caller) -> None:
        """For ever."""
        while True:
            if not await self.deliver_due(caller):
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def deliver_due(self, caller: Caller) -> int:
        """Send once what is due now; returns how much that was."""
        due = self.book.due(timeline.moment_of(self.clock.now()))
        by_address: dict[str, list[Delivery]] = {}
        for delivery in due:
            by_address.setdefault(delivery.callback_url, []).append(delivery)
        await asyncio.gather(*(self._send_all(deliveries, caller) for deliveries in by_address.values()))
        return len(due)

    async def _send_all(self, deliveries: Iterable[Delivery], caller: Caller) -> None:
        for delivery in deliveries:
            now = timeline.moment_of(self.clock.now())
            headers = webhooks.headers(self.app, delivery.body, now=now, log_id=secrets.token_hex(16))
            status = await caller.call(delivery.callback_url, delivery.body, headers)
            self.book.replace(webhooks.after_attempt(delivery, status=status, now=now))
