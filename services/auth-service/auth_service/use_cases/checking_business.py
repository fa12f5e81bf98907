"""Accounts are looked at once a day: a switch to a Business account, or back, changes what TikTok gives of them."""

from dataclasses import dataclass
from datetime import timedelta

from auth_service.domain.connection import Connection, Profile, account_event
from auth_service.domain.errors import AuthorizationLost, NotFound, TikTokRefused, TikTokUnavailable
from auth_service.ports import Connections, TikTok
from auth_service.ports_connecting import BusinessChecks
from auth_service.use_cases.lending_tokens import LendingTokens
from common.events import AccountChange, AccountStatus
from common.runtime.clock import Clock
from common.runtime.logs import logger

CHECK_EVERY = timedelta(days=1)
# One that died with a check, or that TikTok did not answer, is followed after this. Both by the domain clock.
CLAIM_LIFE = timedelta(minutes=15)
_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckingBusiness:
    checks: BusinessChecks
    connections: Connections
    lending: LendingTokens
    tiktok: TikTok
    domain: Clock

    async def check_due(self) -> None:
        """Every account that is due, each by one replica."""
        now = self.domain.now()
        while connection := await self.checks.claim(at=now, until=now + CLAIM_LIFE, first_after=CHECK_EVERY):
            await self._check(connection)
            now = self.domain.now()

    async def _check(self, connection: Connection) -> None:
        try:
            profile = await self._profile(connection)
        except (TikTokUnavailable, TikTokRefused) as error:
            _log.warning("business check waits", account_id=str(connection.account_id), reason=str(error))
            return
        except (AuthorizationLost, NotFound):
            # Told already; whoever connects it anew tells which kind it is.
            profile = None
        if profile and profile.is_business_account is not None:
            await self._show(connection, profile)
        await self.checks.next(connection.account_id, at=self.domain.now() + CHECK_EVERY)

    async def _profile(self, connection: Connection) -> Profile:
        grant = await self.lending.token(connection.account_id, None)
        return await self.tiktok.profile(grant.tokens.access_token, open_id=grant.open_id, scopes=grant.tokens.scopes)

    async def _show(self, connection: Connection, profile: Profile) -> None:
        present: Connection | None = connection
        while present and present.status is AccountStatus.CONNECTED and _differ(present.profile, profile):
            switched = present.shown_as(profile, self.domain.now())
            if await self.connections.replace(switched, account_event(switched, AccountChange.CHANGED)):
                return
            present = await self.connections.get(connection.account_id)


def _differ(was: Profile, now: Profile) -> bool:
    return was.is_business_account is not now.is_business_account
