"""The sandbox's TikTok without a server: its world answers the ingestor's own client, and the oracle listens."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from ingestor.adapters.tiktok import HttpTikTok
from sandbox.domain import listing, parameters, profile, timeline, truth
from sandbox.domain.answers import Switches
from sandbox.domain.assets import Assets
from sandbox.domain.character import Character
from sandbox.domain.listing import Listing
from sandbox.domain.profile import Moment
from sandbox.domain.wire import Json
from sandbox.domain.world import World
from sandbox.entrypoints import envelope

BASE = "http://tiktok.test/open_api/v1.3"
ASSETS = "http://tiktok.test"


@dataclass
class Hands:
    """A domain clock that stands until it is set."""

    at: datetime

    def now(self) -> datetime:
        return self.at


class Silent:
    """Counts nothing."""

    def requested(self, endpoint: str, code: str) -> None: ...

    def published(self, topic: str, count: int) -> None: ...

    def unusable(self, kind: str, count: int) -> None: ...

    def incident(self, kind: str) -> None: ...

    def turn_failed(self, error: str) -> None: ...

    def loaded(self, *, wanted: float, granted: float, stretch: float) -> None: ...

    def owned(self, accounts: int, *, oldest_due_lag_seconds: float) -> None: ...

    def aged(self, *, oldest_seconds: float, over_a_day: int) -> None: ...


@dataclass
class InProcess:
    """A world per account, so that what it remembers of one is not pushed out by the others."""

    seed: int
    clock: Hands
    heard: Callable[[str, str, str], None]
    """Told of every answer: open_id, path, body."""
    switches: Switches = field(default_factory=Switches)
    _worlds: dict[str, World] = field(default_factory=dict)

    def settle(self, character: Character) -> str:
        """Give `character` an account; its open_id."""
        world = World(self.seed, (character,))
        (account,) = world.accounts
        self._worlds[account.open_id] = world
        return account.open_id

    def is_business(self, open_id: str) -> bool:
        return self._worlds[open_id].accounts[0].is_business

    @asynccontextmanager
    async def client(self) -> AsyncIterator[HttpTikTok]:
        transport = httpx.MockTransport(self._answer)
        async with httpx.AsyncClient(transport=transport, base_url=BASE, verify=False) as http:
            yield HttpTikTok(http, clock=self.clock, meter=Silent())

    def _answer(self, request: httpx.Request) -> httpx.Response:
        params, path = dict(request.url.params), request.url.path
        works = {"/business/get/": self._profile, "/business/video/list/": self._page}
        work = next(work for end, work in works.items() if path.endswith(end))
        sealed = envelope.seal(envelope.result(lambda: work(params)), at=self.clock.now())
        self.heard(params["business_id"], path, sealed.text)
        return httpx.Response(200, text=sealed.text)

    def _profile(self, params: dict[str, str]) -> Json:
        world, now = self._worlds[params["business_id"]], timeline.moment_of(self.clock.now())
        today = timeline.day_of(now)
        asked = parameters.profile_query(params, today=today)
        query = profile.check(asked, scopes=truth.ALL_SCOPES, today=today, switches=self.switches)
        at = Moment(world=world, account=world.accounts[0], now=now, assets=Assets(self.seed, ASSETS))
        return profile.answer(at, query, scopes=truth.ALL_SCOPES, switches=self.switches)

    def _page(self, params: dict[str, str]) -> Json:
        world, now = self._worlds[params["business_id"]], timeline.moment_of(self.clock.now())
        query = parameters.list_query(params, now=now)
        listing.check(query, scopes=truth.ALL_SCOPES, switches=self.switches)
        shown = Listing(
            world=world,
            account=world.accounts[0],
            now=now,
            assets=Assets(self.seed, ASSETS),
            scopes=truth.ALL_SCOPES,
            switches=self.switches,
        )
        return listing.page(shown, query)
