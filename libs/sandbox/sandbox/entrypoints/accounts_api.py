"""The reads under /business/: the token decides whose figures are shown."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.runtime.clock import Clock
from sandbox.domain import answers, listing, masking, parameters, profile, timeline
from sandbox.domain.answers import ApiError, Switches
from sandbox.domain.asking import Asked
from sandbox.domain.assets import Assets
from sandbox.domain.authorization import Authorizer
from sandbox.domain.character import Account
from sandbox.domain.limits import Limiter
from sandbox.domain.listing import Listing
from sandbox.domain.profile import Moment
from sandbox.domain.wire import Json
from sandbox.domain.world import World
from sandbox.entrypoints.answering import Answering, Question
from sandbox.entrypoints.pictures import assets_of
from sandbox.entrypoints.reads import READS, Read

PREFIX = "/open_api/v1.3/business"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An authenticated request at one moment."""

    account: Account
    scopes: frozenset[str]
    params: Mapping[str, str]
    now: int
    assets: Assets


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsApi:
    world: World
    authorizer: Authorizer
    limiter: Limiter
    clock: Clock
    answering: Answering
    switches: Switches

    def routes(self) -> list[Route]:
        works: dict[str, Callable[[Call], Json]] = {
            "/get/": self._profile,
            "/video/list/": self._video_list,
            **{path: self._read(read) for path, read in READS.items()},
        }
        return [Route(PREFIX + path, self._endpoint(work), methods=["GET"]) for path, work in works.items()]

    def _endpoint(self, work: Callable[[Call], Json]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            params = dict(request.query_params)
            asked = Question(
                path=request.url.path, open_id=params.get("business_id"), params=masking.masked_texts(params)
            )
            return self.answering.answer(asked, lambda now: work(self._call(request, now)))

        return answer

    def _call(self, request: Request, now: int) -> Call:
        grant = self.authorizer.authenticate(request.headers.get("access-token"), now=now)
        # A server whose clock is off (a fault) counts with the others, whose clock is right.
        self.limiter.admit(grant.open_id, request.url.path, now=timeline.moment_of(self.clock.now()))
        account = self.world.account(grant.open_id)
        if parameters.business_id(request.query_params) != grant.open_id or account is None:
            raise ApiError(answers.PERMISSION_ERROR, "business_id: this access token has no permission for the account")
        return Call(
            account=account,
            scopes=frozenset(grant.scopes),
            params=request.query_params,
            now=now,
            assets=assets_of(request, self.world),
        )

    def _read(self, read: Read) -> Callable[[Call], Json]:
        def work(call: Call) -> Json:
            asked = Asked(world=self.world, account=call.account, now=call.now, assets=call.assets, scopes=call.scopes)
            return read(asked, call.params)

        return work

    def _profile(self, call: Call) -> Json:
        today = timeline.day_of(call.now)
        asked = parameters.profile_query(call.params, today=today)
        query = profile.check(asked, scopes=call.scopes, today=today, switches=self.switches)
        at = Moment(world=self.world, account=call.account, now=call.now, assets=call.assets)
        return profile.answer(at, query, scopes=call.scopes, switches=self.switches)

    def _video_list(self, call: Call) -> Json:
        query = parameters.list_query(call.params, now=call.now)
        listing.check(query, scopes=call.scopes, switches=self.switches)
        shown = Listing(
            world=self.world,
            account=call.account,
            now=call.now,
            assets=call.assets,
            scopes=call.scopes,
            switches=self.switches,
        )
        return listing.page(shown, query)
