"""Looks for accounts that became Business accounts, or are none any more, for ever."""

import asyncio

from auth_service.domain.errors import AuthError
from auth_service.use_cases.checking_business import CheckingBusiness
from common.runtime.logs import logger

# How often it is asked what is due: an indexed look-up. The rhythm of each account is the domain clock's.
LOOK_EVERY_SECONDS = 5.0
_log = logger(__name__)


class BusinessChecker:
    def __init__(self, checking: CheckingBusiness) -> None:
        self._checking = checking

    async def run(self) -> None:
        while True:
            try:
                await self._checking.check_due()
            except AuthError as error:
                _log.warning("business checks wait", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(LOOK_EVERY_SECONDS)
