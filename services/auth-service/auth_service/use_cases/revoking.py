"""Giving a consent back at TikTok."""

from dataclasses import dataclass

from pydantic import SecretStr

from auth_service.domain.errors import TikTokRefused, TikTokUnavailable
from auth_service.domain.grant import LOST_CODES, Tokens
from auth_service.ports import TikTok
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoking:
    tiktok: TikTok
    domain: Clock

    async def revoke(self, tokens: Tokens) -> None:
        """Return when the consent is over at TikTok; raises `TikTokUnavailable` or `TikTokRefused` otherwise."""
        try:
            await self.tiktok.revoke(await self._usable_token(tokens))
        except TikTokRefused as error:
            # TikTok has ended it already.
            if error.code not in LOST_CODES:
                raise

    async def _usable_token(self, tokens: Tokens) -> SecretStr:
        if self.domain.now() < tokens.access_expires_at:
            return tokens.access_token
        issued = await self.tiktok.refresh(tokens.refresh_token)
        if not issued.access_token:
            raise TikTokUnavailable("TikTok's answer to the refresh has no access token.")
        return issued.access_token
