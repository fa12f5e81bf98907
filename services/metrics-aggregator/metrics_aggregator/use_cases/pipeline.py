"""A batch's way: facts in, refused rows out, touched series recomputed, the change told; then it is acknowledged."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from common.events import Message, RollupsUpdatedV1, encode
from common.events.dead_letter import Record, dead_letter
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS
from common.runtime.clock import Clock
from metrics_aggregator.domain.bisecting import insert_usable
from metrics_aggregator.domain.records import Account, Refusal, Snapshot, sort_records
from metrics_aggregator.domain.touched import Touched, last_observed, touched_accounts, touched_posts
from metrics_aggregator.ports import Observer, Outlet, Retry, Warehouse

SERVICE = "metrics-aggregator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where the snapshots of a topic go and what they touch."""

    landing: str
    rollups: tuple[str, ...]
    of_posts: bool
    touched: Callable[[Iterable[Snapshot]], Iterator[Touched]]


ROUTES: Mapping[str, Route] = {
    POST_SNAPSHOTS.name: Route(
        landing="landing_post_snapshots", rollups=("post_latest", "post_day"), of_posts=True, touched=touched_posts
    ),
    PROFILE_SNAPSHOTS.name: Route(
        landing="landing_profile_snapshots", rollups=("account_day",), of_posts=False, touched=touched_accounts
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Takes batches of snapshot records. Each step is retried until it is done: the partition waits meanwhile."""

    warehouse: Warehouse
    outlet: Outlet
    retry: Retry
    wall_clock: Clock
    observer: Observer

    async def handle(self, topic: str, records: Sequence[Record]) -> None:
        """Return once `records` are facts and rollups, or dead letters. Safe to repeat."""
        route = ROUTES[topic]
        batch = sort_records(records, of_posts=route.of_posts)
        refused = [*batch.refusals, *await self._insert(route, batch.snapshots)]
        await self._bury(refused)
        lost = {id(refusal.record) for refusal in refused}
        kept = [snapshot for snapshot in batch.snapshots if id(snapshot.record) not in lost]
        await self._recompute(route, kept)
        self.observer.batch_done(topic, taken=len(kept), refused=len(refused))

    async def _insert(self, route: Route, snapshots: Sequence[Snapshot]) -> list[Refusal]:
        async def insert(some: Sequence[Snapshot]) -> None:
            values = [snapshot.value for snapshot in some]
            await self.retry(f"insert into {route.landing}", lambda: self.warehouse.insert(route.landing, values))

        return await insert_usable(snapshots, insert)

    async def _bury(self, refusals: Sequence[Refusal]) -> None:
        now = self.wall_clock.now()
        letters = [
            dead_letter(refusal.record, code=refusal.code, reason=refusal.reason, at=now, service=SERVICE)
            for refusal in refusals
        ]
        if letters:
            await self.retry("publish dead letters", lambda: self.outlet.publish(letters))
        for refusal in refusals:
            self.observer.dead_lettered(refusal.record.topic, refusal.code)

    async def _recompute(self, route: Route, snapshots: Sequence[Snapshot]) -> None:
        observed = last_observed(snapshots)
        for touched in route.touched(snapshots):
            version = await self._recomputed(route.rollups, touched)
            told = [
                _updated(account, route.rollups, version=version, observed_at=observed[account])
                for account in touched.accounts
            ]
            await self.retry("announce the rollups", partial(self.outlet.publish, told))

    async def _recomputed(self, rollups: tuple[str, ...], touched: Touched) -> int:
        versions: list[int] = []

        async def recompute() -> None:
            versions.append(await self.warehouse.recompute(rollups, touched))

        await self.retry(f"recompute {' and '.join(rollups)}", recompute)
        return versions[-1]


def _updated(account: Account, rollups: tuple[str, ...], *, version: int, observed_at: str) -> Message:
    event = RollupsUpdatedV1(
        workspace_id=account.workspace_id,
        account_id=account.account_id,
        rollups=rollups,
        version=version,
        observed_at=datetime.fromisoformat(observed_at),
    )
    return encode(event, service=SERVICE)
