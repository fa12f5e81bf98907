"""Testing a connection for a person: TikTok is asked now, with the account's own token, and what works is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from auth_service.domain.connection import Connection
from auth_service.domain.errors import AuthorizationLost, Busy, NotConnected, TikTokRefused, TikTokUnavailable
from auth_service.domain.grant import LOST_CODES, Grant
from auth_service.domain.identity import Person
from auth_service.domain.probe import PROBES, Probe
from auth_service.ports import Secrets
from auth_service.ports_connecting import Leases, Probed
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.lending_tokens import LendingTokens
from common.events import AccountStatus
from common.runtime.clock import Clock

ACCESS = "access"
# TikTok counts 40 requests a minute per account and endpoint; the collection needs them more than an eager click.
TEST_EVERY = timedelta(seconds=10)
# What TikTok says of an access token that has ended; after the first a new one may do.
_ENDED = LOST_CODES | {40102}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`works` is None where the owner did not permit to ask."""

    name: str
    works: bool | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TryingConnections:
    connecting: Connecting
    lending: LendingTokens
    tiktok: Probed
    leases: Leases
    secrets: Secrets
    wall: Clock

    async def test(self, person: Person, account_id: UUID) -> Sequence[Check]:
        """The access first; what it reads only if it is there. A refusal is heeded as the ingestor's would be."""
        person.require_connecting()
        connection = await self.connecting.one(person, account_id)
        if connection.status in (AccountStatus.DISCONNECTED, AccountStatus.ERASED):
            raise NotConnected("This account is not connected, so there is nothing to test.")
        await self._require_turn(account_id)
        try:
            return await self._checks(connection)
        except (AuthorizationLost, TikTokUnavailable) as error:
            return [Check(name=ACCESS, works=False, detail=str(error))]

    async def _require_turn(self, account_id: UUID) -> None:
        now, nobody = self.wall.now(), str(self.secrets.new_id())
        if not await self.leases.take(f"test/{account_id}", holder=nobody, at=now, until=now + TEST_EVERY):
            raise Busy("This connection was tested a moment ago; its answer holds. Test again in ten seconds.")

    async def _checks(self, connection: Connection) -> Sequence[Check]:
        grant = await self.lending.token(connection.account_id, None)
        checks = [Check(name=ACCESS, works=True, detail="TikTok has given us access.")]
        for probe in PROBES:
            check, grant = await self._tried(connection, probe, grant)
            checks.append(check)
        return checks

    async def _tried(self, connection: Connection, probe: Probe, grant: Grant) -> tuple[Check, Grant]:
        if probe.scope not in grant.tokens.scopes:
            return Check(name=probe.name, works=None, detail=f"The owner did not grant {probe.scope}."), grant
        try:
            return await self._check(probe, grant), grant
        except TikTokRefused:
            another = await self.lending.token(connection.account_id, grant.token_version)
            try:
                return await self._check(probe, another), another
            except TikTokRefused as error:
                return Check(name=probe.name, works=False, detail=str(error)), another

    async def _check(self, probe: Probe, grant: Grant) -> Check:
        """Raises `TikTokRefused` where the token is what TikTok refuses."""
        try:
            await self.tiktok.probe(grant.tokens.access_token, open_id=grant.open_id, probe=probe)
        except TikTokUnavailable as error:
            return Check(name=probe.name, works=False, detail=str(error))
        except TikTokRefused as error:
            if error.code in _ENDED:
                raise
            return Check(name=probe.name, works=False, detail=str(error))
        return Check(name=probe.name, works=True, detail=f"TikTok gives {probe.what}.")
