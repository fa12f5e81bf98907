"""Two replicas at once on one database and one Kafka, and a TikTok that a double refresh breaks: what must hold."""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from auth_service import bootstrap
from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.randomness import SystemSecrets
from auth_service.adapters.relay import Relay
from auth_service.adapters.tiktok import TikTokApp, TikTokClient
from auth_service.adapters.token_cipher import TokenCipher, read_key_ring
from auth_service.bootstrap.connecting import makers_of
from auth_service.domain.connection import Connection, Duty
from auth_service.domain.errors import Busy, NotFound, StoreUnavailable, TikTokUnavailable
from auth_service.domain.identity import Person
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.lent_grants import LentGrants
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.refreshing import Refreshing
from auth_service.use_cases.releasing import Releasing
from common.bus.follow import follow
from common.bus.publish import Publisher
from common.catalog import SCOPES
from common.documents import store
from common.documents.turn import MongoTurn
from common.events import AccountStatus, AccountV1, Role, decode
from common.events.topics import ACCOUNTS
from common.runtime.clock import Clock, FileClock, WallClock, jump_clock

DEADLINE_SECONDS = 120.0
BASE = "http://tiktok.test/open_api/v1.3/"


@dataclass
class StrictTikTok:
    """A refresh ends the refresh token it was made with; using an ended one is `misused`, and the consent is lost."""

    number: int = 0
    access: dict[str, str] = field(default_factory=dict)
    """Account by its good access token."""
    refresh: dict[str, str] = field(default_factory=dict)
    refreshes: int = 0
    revocations: int = 0
    misused: list[str] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        # Others get their turn meanwhile, as on the way to a real one.
        await asyncio.sleep(random.uniform(0.01, 0.05))
        path = request.url.path.removeprefix("/open_api/v1.3/")
        if path == "business/get/":
            return _answered({"username": "northlight"})
        body = json.loads(request.content)
        match path:
            case "tt_user/oauth2/token/":
                return self._issued(body["auth_code"])
            case "tt_user/oauth2/refresh_token/":
                return self._refreshed(body["refresh_token"])
            case _:
                return self._revoked(body["access_token"])

    def _refreshed(self, token: str) -> httpx.Response:
        open_id = self.refresh.pop(token, None)
        if open_id is None:
            self.misused.append(token)
            return httpx.Response(200, json={"code": 40107})
        self.refreshes += 1
        return self._issued(open_id)

    def _revoked(self, token: str) -> httpx.Response:
        if self.access.pop(token, None) is None:
            return httpx.Response(200, json={"code": 40105})
        self.revocations += 1
        return _answered({})

    def _issued(self, open_id: str) -> httpx.Response:
        self.number += 1
        access, refresh = f"act.{open_id}.{self.number}", f"rft.{open_id}.{self.number}"
        self.access[access], self.refresh[refresh] = open_id, open_id
        issued = {"open_id": open_id, "access_token": access, "refresh_token": refresh, "scope": ",".join(SCOPES)}
        return _answered({**issued, "expires_in": 86400, "refresh_token_expires_in": 31536000})


def _answered(data: dict[str, object]) -> httpx.Response:
    return httpx.Response(200, json={"code": 0, "data": data})


@dataclass(frozen=True, kw_only=True)
class Replica:
    """What one process of the service has, connected by itself."""

    stores: bootstrap.Stores
    connecting: Connecting
    lending: LendingTokens
    letting_go: LettingGo
    refreshing: Refreshing
    relay: Relay

    async def chores(self) -> None:
        while True:
            # A database that is slow for a moment is no end of the service.
            with suppress(StoreUnavailable):
                await self.refreshing.refresh_due()
                await self.letting_go.let_go()
            await asyncio.sleep(random.uniform(0.05, 0.5))


@dataclass(frozen=True, kw_only=True)
class Place:
    mongo_url: str
    database: str
    kafka: str
    ring: Path
    clock_file: Path


@asynccontextmanager
async def replica(place: Place, tiktok: StrictTikTok) -> AsyncIterator[Replica]:
    async with AsyncExitStack() as opened:
        database = await opened.enter_async_context(
            store.opened(place.mongo_url, place.database, failed=StoreUnavailable)
        )
        publisher = await opened.enter_async_context(Publisher(place.kafka))
        http = httpx.AsyncClient(base_url=BASE, transport=httpx.MockTransport(tiktok.answer))
        client = TikTokClient(await opened.enter_async_context(http), _app())
        await make_indexes(database)
        nudged = asyncio.Event()
        stores = bootstrap.stores(database, TokenCipher(read_key_ring(place.ring)), nudged.set)
        relay = Relay(
            outboxes=(stores.connections.outbox,),
            publisher=publisher,
            wall=WallClock(),
            nudged=nudged,
            registry=CollectorRegistry(),
            turn=MongoTurn(database, "relay"),
        )
        yield _replica(stores, client, relay, FileClock(place.clock_file))


def _app() -> TikTokApp:
    return TikTokApp(
        app_id="7123",
        client_key="key-1",
        secret=SecretStr("not-a-real-secret"),
        authorize_url="http://tiktok.test/v2/auth/authorize",
        redirect_uri="http://127.0.0.1/oauth/tiktok/callback/",
    )


def _replica(stores: bootstrap.Stores, client: TikTokClient, relay: Relay, domain: Clock) -> Replica:
    wall = WallClock()
    grants, connections, pendings = stores.grants, stores.connections, stores.pendings
    releasing = Releasing(
        pendings=pendings, connections=connections, grants=grants, tiktok=client, domain=domain, wall=wall
    )
    return Replica(
        stores=stores,
        connecting=Connecting(
            states=stores.states,
            pendings=pendings,
            grants=grants,
            connections=connections,
            erasures=stores.erasures,
            tiktok=client,
            releasing=releasing,
            makers=makers_of(stores, wall),
            secrets=SystemSecrets(),
            domain=domain,
            wall=wall,
        ),
        lending=LendingTokens(
            connections=connections,
            grants=grants,
            lent=stores.lent,
            tiktok=client,
            margin=timedelta(minutes=15),
            domain=domain,
            wall=wall,
        ),
        letting_go=LettingGo(
            connections=connections, grants=grants, pendings=pendings, tiktok=client, domain=domain, wall=wall
        ),
        refreshing=Refreshing(connections=connections, grants=grants, tiktok=client, domain=domain, wall=wall),
        relay=relay,
    )


@dataclass
class Storm:
    """People of some workspaces connect, disconnect and let tokens be lent, through either replica, all at once."""

    place: Place
    tiktok: StrictTikTok
    replicas: Sequence[Replica]
    people: Sequence[Person]
    open_ids: Sequence[str]
    random: random.Random

    async def rage(self, rounds: int) -> None:
        async with asyncio.TaskGroup() as tasks:
            chores = [tasks.create_task(one.chores()) for one in self.replicas]
            chores += [tasks.create_task(one.relay.run()) for one in self.replicas]
            for _ in range(rounds):
                await asyncio.gather(*(self._person(person) for person in self.people))
                # Some tokens come near their end, some are over it.
                jump_clock(self.place.clock_file, timedelta(hours=self.random.uniform(1, 26)))
            for one in chores:
                one.cancel()

    async def leave(self) -> None:
        """Everybody disconnects everything, through both replicas at once."""
        for person in self.people:
            connected = await self._connected(person)
            await asyncio.gather(
                *(each.letting_go.disconnect(person, one.account_id) for one in connected for each in self.replicas)
            )

    async def settled(self) -> None:
        """Nothing is under way or waits any more."""
        first, *_ = self.replicas
        async with asyncio.timeout(DEADLINE_SECONDS):
            while await first.stores.connections.with_duty(Duty.LET_GO):
                await first.letting_go.let_go()
        await first.relay.sweep()

    async def expect_truth(self) -> None:
        connections = [one for person in self.people for one in await self._all(person)]
        assert self.tiktok.misused == [], "nobody refreshed with a token that another had used up"
        assert self.tiktok.refreshes > 0
        await self._expect_tokens(connections)
        told = await self._told()
        for one in connections:
            revisions = told[one.account_id]
            heard = list(dict.fromkeys(revisions))
            assert heard == list(range(1, one.revision + 1)), f"lost or out of order: {revisions} of {one.revision}"
            assert all(later <= earlier + 1 for earlier, later in pairwise(revisions)), f"out of order: {revisions}"
        assert set(told) == {one.account_id for one in connections}, "no account was made twice"

    async def _expect_tokens(self, connections: Sequence[Connection]) -> None:
        """Each connected account has a token TikTok takes; a consent nobody needs is over."""
        first, *_ = self.replicas
        # What is lent from memory may be of a moment ago.
        lending = replace(first.lending, lent=LentGrants())
        for one in connections:
            assert one.status is not AccountStatus.LOST_ACCESS, f"lost: {one}"
            if one.status is AccountStatus.CONNECTED:
                grant = await lending.token(one.account_id, None)
                lent = self.tiktok.access.get(grant.tokens.access_token.get_secret_value())
                assert lent == one.open_id, f"its token is not TikTok's: {one}"
        for open_id in self.open_ids:
            held = any(one.holds_grant for one in connections if one.open_id == open_id)
            kept = await first.stores.grants.get("7123", open_id)
            assert (kept is not None) is held, f"held is {held}: {kept}"

    async def _told(self) -> Mapping[UUID, list[int]]:
        told: dict[UUID, list[int]] = defaultdict(list)
        workspaces = {person.workspace_id for person in self.people}

        async def handle(record: object) -> None:
            event = decode(AccountV1, getattr(record, "value", None))
            if event.workspace_id in workspaces:
                told[event.account_id].append(event.revision)

        caught_up = asyncio.Event()
        reading = follow(ACCOUNTS.name, bootstrap=self.place.kafka, handle=handle, caught_up=caught_up)
        following = asyncio.create_task(reading)
        await caught_up.wait()
        following.cancel()
        return told

    async def _person(self, person: Person) -> None:
        # A consent is new tokens; what has none must be refreshed.
        if self.random.random() < 0.3 or not await self._connected(person):
            await self._connect(person, self.random.choice(self.open_ids))
        connected = await self._connected(person)
        await asyncio.gather(*(self._lend(one.account_id) for one in connected for _ in range(6)))
        for one in connected:
            if self.random.random() < 0.15:
                await self._any().letting_go.disconnect(person, one.account_id)

    async def _connect(self, person: Person, open_id: str) -> None:
        state = parse_qs(urlsplit(await self._any().connecting.start(person, "tiktok", browser="b")).query)["state"][0]
        pending = await self._any().connecting.consented(state=state, code=open_id, error="", browser="b")
        # Two tabs answer at once, through two replicas.
        answers = [one.connecting.confirm(person, pending.pending_id) for one in self.replicas]
        done = await asyncio.gather(*answers, return_exceptions=True)
        refused = [one for one in done if isinstance(one, BaseException)]
        assert all(isinstance(one, Busy | NotFound) for one in refused), refused
        assert len(refused) == len(self.replicas) - 1, "one of the two answers counts"

    async def _lend(self, account_id: UUID) -> None:
        try:
            await self._any().lending.token(account_id, None)
        except TikTokUnavailable:
            return  # another was at it for longer than a caller waits

    async def _connected(self, person: Person) -> list[Connection]:
        return [one for one in await self._all(person) if one.status is AccountStatus.CONNECTED]

    async def _all(self, person: Person) -> Sequence[Connection]:
        return await self._any().stores.connections.of_workspace(person.workspace_id)

    def _any(self) -> Replica:
        return self.random.choice(self.replicas)


async def survive(place: Place, *, rounds: int, workspaces: int, seed: int) -> StrictTikTok:
    """So many rounds of a storm; fails when anything was lost, doubled or misused."""
    tiktok, chance = StrictTikTok(), random.Random(seed)
    people = [_owner() for _ in range(workspaces)]
    async with replica(place, tiktok) as one, replica(place, tiktok) as other:
        storm = Storm(
            place=place,
            tiktok=tiktok,
            replicas=(one, other),
            people=people,
            open_ids=[f"open-{number}" for number in range(max(2, workspaces // 2))],
            random=chance,
        )
        await storm.rage(rounds)
        await storm.settled()
        await storm.expect_truth()
        await storm.leave()
        await storm.settled()
        await storm.expect_truth()
    return tiktok


def _owner() -> Person:
    secrets = SystemSecrets()
    return Person(user_id=secrets.new_id(), workspace_id=secrets.new_id(), role=Role.OWNER, accounts=None, revision=1)
