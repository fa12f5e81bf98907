"""The mailer: sends what waits, for ever."""

import asyncio

from auth_service.domain.errors import AuthError
from auth_service.use_cases.mailing import Mailing
from common.runtime.logs import logger

# A person waits for some of these mails.
LOOK_EVERY_SECONDS = 1.0
_log = logger(__name__)


class Mailer:
    def __init__(self, mailing: Mailing) -> None:
        self._mailing = mailing

    async def run(self) -> None:
        while True:
            try:
                await self._mailing.send_due()
            except AuthError as error:
                _log.warning("mailer waits", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(LOOK_EVERY_SECONDS)
