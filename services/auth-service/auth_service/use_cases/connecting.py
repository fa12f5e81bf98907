"""Connecting an account: consent at TikTok, exchange at once, show what came, keep it or give it back."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from auth_service.domain.arrival import Arrival, arrival
from auth_service.domain.audit import AuditAction, AuditEntry, named, new_entry
from auth_service.domain.connect_state import Asker, ConnectState, new_state
from auth_service.domain.connection import Connection, Profile, account_event
from auth_service.domain.erasure import workspace_target
from auth_service.domain.errors import (
    AuthError,
    Busy,
    ConsentDenied,
    InvalidInput,
    NotFound,
    StateUnknown,
    TikTokRefused,
    TikTokUnavailable,
    WorkspaceErased,
)
from auth_service.domain.grant import Grant, first_tokens
from auth_service.domain.identity import Person
from auth_service.domain.pending import HOLD_LIFE, PENDING_LIFE, Answerer, AskingMember, Pending
from auth_service.domain.record import fingerprint
from auth_service.ports import Connections, ConnectStates, Grants, Pendings, Secrets, TikTok
from auth_service.ports_connecting import Admission
from auth_service.ports_tokens import Erasures
from auth_service.use_cases.releasing import Releasing
from auth_service.use_cases.telling_link_makers import TellingLinkMakers
from common.events import AccountChange, AccountStatus
from common.runtime.clock import Clock

CHANNELS = ("tiktok",)
# The person waits in front of a browser: a short second and third try, then a clear failure.
_PROFILE_PAUSES_SECONDS = (0.0, 0.3, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A pending consent, how its account compares with those of the workspace, and why it would not be kept."""

    pending: Pending
    profile: Profile
    arrival: Arrival
    refusal: str | None

    @property
    def already_connected(self) -> bool:
        return self.arrival is Arrival.AGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting:
    """`admissions` are asked, in this order, before a consent is kept."""

    states: ConnectStates
    pendings: Pendings
    grants: Grants
    connections: Connections
    erasures: Erasures
    tiktok: TikTok
    releasing: Releasing
    makers: TellingLinkMakers
    secrets: Secrets
    domain: Clock
    wall: Clock
    admissions: Sequence[Admission] = ()

    async def list(self, person: Person) -> Sequence[Connection]:
        connections = await self.connections.of_workspace(person.workspace_id)
        return [connection for connection in connections if connection.is_seen_by(person)]

    async def one(self, person: Person, account_id: UUID) -> Connection:
        """Of another workspace, or erased, is as unknown as one that is not there."""
        connection = await self.connections.get(account_id)
        if connection is None or not connection.is_seen_by(person):
            raise NotFound(f"There is no account {account_id} in this workspace.")
        return connection

    async def start(self, person: Person, channel: str, *, browser: str, wanted: UUID | None = None) -> str:
        """The address where the account's owner gives consent; `wanted` is an account to be connected anew."""
        person.require_connecting()
        if wanted is not None:
            await self.one(person, wanted)
        asker = Asker(
            workspace_id=person.workspace_id,
            channel=known_channel(channel),
            browser_sha256=fingerprint(browser),
            user_id=person.user_id,
            wanted=wanted,
        )
        return await self.ask(asker)

    async def ask(self, asker: Asker) -> str:
        state = self.secrets.new_secret()
        kept = new_state(state=state, asker=asker, at=self.wall.now())
        stands, _ = await asyncio.gather(self._stands(asker.workspace_id), self.states.add(kept))
        if not stands:
            await self.states.take(kept.state_sha256)
            raise WorkspaceErased
        return self.tiktok.authorize_url(state)

    async def consented(self, *, state: str, code: str, error: str, browser: str) -> Pending:
        """The answer of TikTok's consent page: the pending consent that it gives."""
        kept = await self.states.take(fingerprint(state))
        if kept is None:
            raise StateUnknown("This connection was not started here or was finished before.")
        kept.require_browser(browser)
        kept.require_live(self.wall.now())
        if error == "access_denied":
            await self.makers.declined(kept.asker, about=kept.state_sha256)
            raise ConsentDenied("The consent was refused at TikTok.")
        if not code:
            raise TikTokUnavailable("TikTok came back without a code.")
        pending = await self._exchanged(kept, code)
        await self._read_profile(pending)
        return pending

    async def pending(self, person: Person, pending_id: UUID) -> Shown:
        """What is waiting for the person's answer."""
        return await self.show(pending_id, _of_member(person))

    async def confirm(self, person: Person, pending_id: UUID) -> Connection:
        return await self.keep(pending_id, _of_member(person))

    async def decline(self, person: Person, pending_id: UUID) -> None:
        await self.give_back(pending_id, _of_member(person))

    async def show(self, pending_id: UUID, answerer: Answerer) -> Shown:
        pending = await self._waiting(pending_id, answerer)
        present, refusal = await asyncio.gather(self._present(pending), self._refusal(pending))
        return Shown(
            pending=pending,
            profile=pending.profile or Profile(),
            arrival=arrival(present, pending.asker.wanted),
            refusal=refusal,
        )

    async def keep(
        self, pending_id: UUID, answerer: Answerer, claim: Callable[[Pending], Awaitable[None]] | None = None
    ) -> Connection:
        """Admitted, then `claim`, the grant, and the connection with its event. Each step may be done twice."""
        pending, stands = await self._held_and_stands(pending_id, answerer)
        try:
            await self._admit(pending, stands=stands)
            if claim:
                await claim(pending)
        except AuthError:
            # Not kept for a reason, so it can be answered again at once.
            await self.pendings.let_go(pending_id, self.wall.now())
            raise
        grant = await self._kept_grant(pending)
        connection = await self._connected(pending, grant)
        await self.makers.connected(pending.asker, connection)
        await self.pendings.remove(pending_id)
        return connection

    async def give_back(self, pending_id: UUID, answerer: Answerer) -> None:
        pending = await self._held(pending_id, answerer)
        # Left here, it expires and is given back, too.
        await self.makers.declined(pending.asker, about=str(pending_id))
        # If this process dies now, the sweep goes on with it.
        await self.pendings.end(pending_id, self.wall.now())
        await self.releasing.release(pending)

    async def _held_and_stands(self, pending_id: UUID, answerer: Answerer) -> tuple[Pending, bool]:
        """At once where it is known whose workspace is asked for."""
        if isinstance(answerer, AskingMember):
            stands = self._stands(answerer.workspace_id)
            return await asyncio.gather(self._held(pending_id, answerer), stands)
        pending = await self._held(pending_id, answerer)
        return pending, await self._stands(pending.workspace_id)

    async def _admit(self, pending: Pending, *, stands: bool) -> None:
        if not stands:
            raise WorkspaceErased
        for admission in self.admissions:
            await admission.require(pending)

    async def _stands(self, workspace_id: UUID) -> bool:
        """What passes at the moment of the erasure is found by `Erasing.take_along`."""
        return await self.erasures.of_target(workspace_target(workspace_id)) is None

    async def _refusal(self, pending: Pending) -> str | None:
        try:
            await self._admit(pending, stands=await self._stands(pending.workspace_id))
        except AuthError as refused:
            return str(refused)
        return None

    async def _exchanged(self, kept: ConnectState, code: str) -> Pending:
        issued = await self.tiktok.exchange(code)
        now, wall = self.domain.now(), self.wall.now()
        pending = Pending(
            pending_id=self.secrets.new_id(),
            asker=kept.asker,
            app_id=self.tiktok.app_id,
            open_id=issued.open_id,
            tokens=first_tokens(issued, now),
            exchanged_at=now,
            expires_at=wall + PENDING_LIFE,
            held_until=wall,
        )
        await self.pendings.add(pending)
        return pending

    async def _read_profile(self, pending: Pending) -> None:
        try:
            profile = await self._profile(pending)
        except (TikTokUnavailable, TikTokRefused):
            # Nobody can tell which account it is, so nobody may keep it.
            await self.pendings.end(pending.pending_id, self.wall.now())
            await self.releasing.release(pending)
            raise
        await self.pendings.show(pending.pending_id, profile)

    async def _profile(self, pending: Pending) -> Profile:
        tokens = pending.tokens
        *early, last = _PROFILE_PAUSES_SECONDS
        for pause in early:
            await asyncio.sleep(pause)
            try:
                return await self.tiktok.profile(tokens.access_token, open_id=pending.open_id, scopes=tokens.scopes)
            except TikTokUnavailable:
                continue
        await asyncio.sleep(last)
        return await self.tiktok.profile(tokens.access_token, open_id=pending.open_id, scopes=tokens.scopes)

    async def _waiting(self, pending_id: UUID, answerer: Answerer) -> Pending:
        pending = await self.pendings.get(pending_id)
        if pending is None or not answerer.may_answer(pending) or not pending.is_live(self.wall.now()):
            raise _no_pending()
        return pending

    async def _held(self, pending_id: UUID, answerer: Answerer) -> Pending:
        now = self.wall.now()
        if held := await self.pendings.hold(pending_id, answerer, at=now, until=now + HOLD_LIFE):
            return held
        await self._waiting(pending_id, answerer)
        raise Busy("This connection is being answered by another request; look at the list of accounts.")

    async def _kept_grant(self, pending: Pending) -> Grant:
        first = _first_grant(pending)
        # Most accounts are new, so it is written without a look.
        while not await self.grants.add(first, pending.workspace_id):
            if later := await self._shared_grant(pending):
                return later
        return first

    async def _shared_grant(self, pending: Pending) -> Grant | None:
        """The one that is there, after this consent; None when it changed or went meanwhile."""
        present = await self.grants.get(pending.app_id, pending.open_id)
        if present is None or not await self.grants.share(present, pending.workspace_id):
            return None
        grant = present.consented(pending.tokens, pending.exchanged_at)
        kept = grant is present or await self.grants.replace(grant, from_version=present.token_version)
        return grant if kept else None

    async def _connected(self, pending: Pending, grant: Grant) -> Connection:
        """Most accounts are new, so it is written without a look; one that changes meanwhile is looked at again."""
        at = self.domain.now()
        while (connection := await self._added(pending, grant, at) or await self._renewed(pending, grant, at)) is None:
            continue
        return connection

    async def _added(self, pending: Pending, grant: Grant, at: datetime) -> Connection | None:
        connection = self._first_connection(pending, grant, at)
        told = self._told(pending, connection, AuditAction.ACCOUNT_CONNECTED)
        event = account_event(connection, AccountChange.CONNECTED)
        return connection if await self.connections.add(connection, event, audit=(told,)) else None

    async def _renewed(self, pending: Pending, grant: Grant, at: datetime) -> Connection | None:
        present = await self._present(pending)
        if present is None:
            return None
        connection = present.reconnected(
            profile=pending.profile or present.profile,
            scopes=pending.tokens.scopes,
            grant_version=grant.token_version,
            at=at,
        )
        told = self._told(pending, connection, AuditAction.ACCOUNT_RECONNECTED)
        event = account_event(connection, AccountChange.RECONNECTED)
        return connection if await self.connections.replace(connection, event, audit=(told,)) else None

    def _told(self, pending: Pending, connection: Connection, action: AuditAction) -> AuditEntry:
        return new_entry(
            self.secrets.new_id(),
            connection.workspace_id,
            action,
            at=self.wall.now(),
            actor=_actor(pending.asker),
            subject=named("account", connection.account_id),
        )

    async def _present(self, pending: Pending) -> Connection | None:
        return await self.connections.find(
            workspace_id=pending.workspace_id, channel=pending.channel, open_id=pending.open_id
        )

    def _first_connection(self, pending: Pending, grant: Grant, at: datetime) -> Connection:
        return Connection(
            account_id=self.secrets.new_id(),
            workspace_id=pending.workspace_id,
            channel=pending.channel,
            app_id=pending.app_id,
            open_id=pending.open_id,
            status=AccountStatus.CONNECTED,
            profile=pending.profile or Profile(),
            scopes=pending.tokens.scopes,
            grant_version=grant.token_version,
            connected_at=at,
            changed_at=at,
            revision=1,
        )


def _first_grant(pending: Pending) -> Grant:
    return Grant(
        app_id=pending.app_id,
        open_id=pending.open_id,
        tokens=pending.tokens,
        token_version=1,
        granted_at=pending.exchanged_at,
    )


def known_channel(channel: str) -> str:
    if channel not in CHANNELS:
        raise InvalidInput(f"The channel {channel!r} is not one of: {', '.join(CHANNELS)}.")
    return channel


def _of_member(person: Person) -> AskingMember:
    person.require_connecting()
    return AskingMember(person.user_id, person.workspace_id)


def _no_pending() -> NotFound:
    return NotFound("There is no such connection waiting for an answer; it may have expired. Start it again.")


def _actor(asker: Asker) -> str:
    """Who connected it: a member, or an account's owner by a link."""
    return named("user", asker.user_id) if asker.user_id else named("connect link", str(asker.link_id))
