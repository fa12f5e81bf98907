"""Tells TikTok where to send the app's events, at the start and until it has listened."""

import asyncio

from auth_service.domain.errors import AuthError
from auth_service.ports_connecting import WebhookAddress
from common.runtime.logs import logger

_PAUSE_SECONDS = 5.0
_log = logger(__name__)


class WebhookRegistration:
    def __init__(self, tiktok: WebhookAddress, address: str) -> None:
        self._tiktok = tiktok
        self._address = address

    async def run(self) -> None:
        while not await self._registered():
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _registered(self) -> bool:
        try:
            await self._tiktok.hear_at(self._address)
        except AuthError as error:
            _log.warning("webhook not registered yet", reason=f"{type(error).__name__}: {error}")
            return False
        return True
