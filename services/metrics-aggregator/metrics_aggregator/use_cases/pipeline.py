"""A batch's way: facts in, refused rows out, touched series recomputed, the change told; then it is acknowledged."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from common.events import Message, RollupsUpdatedV1, encode, trace
from common.events.dead_letter import Record, dead_letter
from common.events.topics import (
    ACCOUNTS,
    COLLECTION_STATUS,
    POST_LABELS,
    POST_LIFECYCLE,
    POST_SNAPSHOTS,
    PROFILE_SNAPSHOTS,
)
from common.runtime.clock import Clock
from metrics_aggregator.domain.bisecting import insert_usable
from metrics_aggregator.domain.erasures import Ledger
from metrics_aggregator.domain.records import Account, Refusal, Snapshot, sort_records
from metrics_aggregator.domain.touched import Touched, Touches, touched_accounts, touched_posts
from metrics_aggregator.ports import Contracts, Observer, Outlet, Retry, Warehouse

SERVICE = "metrics-aggregator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where the events of a topic go and what they touch."""

    landing: str
    touched: Callable[[Touches], Iterator[Touched]]
    rollups: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    """Those that readers ask themselves, without a rollup between."""
    of_posts: bool = False
    keyed_by_post: bool = False

    @property
    def announced(self) -> tuple[str, ...]:
        """What readers ask and the events change. Where it is nothing, nothing is recomputed or told."""
        return (*self.rollups, *self.facts)


ROUTES: Mapping[str, Route] = {
    POST_SNAPSHOTS.name: Route(
        landing="landing_post_snapshots", rollups=("post_latest", "post_day"), of_posts=True, touched=touched_posts
    ),
    PROFILE_SNAPSHOTS.name: Route(
        landing="landing_profile_snapshots", rollups=("account_day", "audience_day"), touched=touched_accounts
    ),
    POST_LIFECYCLE.name: Route(
        landing="landing_post_lifecycle", rollups=("post_latest",), of_posts=True, touched=touched_posts
    ),
    POST_LABELS.name: Route(
        landing="landing_post_labels",
        facts=("label_facts",),
        of_posts=True,
        keyed_by_post=True,
        touched=touched_accounts,
    ),
    ACCOUNTS.name: Route(landing="landing_accounts", facts=("connection_facts",), touched=touched_accounts),
    # It changes with every request to TikTok, and what matters of it comes with snapshots: nobody is woken.
    COLLECTION_STATUS.name: Route(landing="landing_collection_status", touched=touched_accounts),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records of a topic that were sorted, and what the usable ones touch."""

    snapshots: Sequence[Snapshot]
    refusals: Sequence[Refusal]
    touches: Touches


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Takes batches of records in three steps; all are safe to repeat.

    What fails in the second and third is tried again until it is done: the partition waits meanwhile.
    """

    contracts: Contracts
    warehouse: Warehouse
    outlet: Outlet
    retry: Retry
    wall_clock: Clock
    observer: Observer
    facts_only: bool = False
    ledger: Ledger = field(default_factory=Ledger)

    def sort(self, topic: str, records: Sequence[Record]) -> Batch:
        """Read the envelopes, and hold the values to their contract."""
        route = ROUTES[topic]
        found = sort_records(records, of_posts=route.of_posts, keyed_by_post=route.keyed_by_post)
        kept = self.ledger.kept(found.snapshots)
        if dropped := len(found.snapshots) - len(kept):
            self.observer.erased(topic, dropped)
        faults = {id(snapshot): fault for snapshot, fault in self.contracts.faults(kept)}
        if not faults:
            return Batch(snapshots=kept, refusals=found.refusals, touches=Touches(kept))
        broken = [
            Refusal(record=snapshot.record, code="contract", reason=faults[id(snapshot)])
            for snapshot in kept
            if id(snapshot) in faults
        ]
        usable = [snapshot for snapshot in kept if id(snapshot) not in faults]
        return Batch(snapshots=usable, refusals=[*found.refusals, *broken], touches=Touches(usable))

    async def write(self, topic: str, batches: Sequence[Batch]) -> Touches:
        """Return once the records are facts, or dead letters; what the facts touch."""
        snapshots = [snapshot for batch in batches for snapshot in batch.snapshots]
        unusable = await self._insert(ROUTES[topic], snapshots)
        refused = [*(refusal for batch in batches for refusal in batch.refusals), *unusable]
        await self._bury(refused)
        self.observer.batch_done(topic, taken=len(snapshots) - len(unusable), refused=len(refused))
        if unusable:
            lost = {id(refusal.record) for refusal in unusable}
            return Touches(snapshot for snapshot in snapshots if id(snapshot.record) not in lost)
        return _together(batch.touches for batch in batches)

    async def recompute(self, topic: str, touches: Touches) -> None:
        """Return once the rollups of what was touched are new and that is told."""
        if self.facts_only:
            return
        route = ROUTES[topic]
        if not route.announced:
            return
        for touched in route.touched(touches):
            versions = await self._recomputed(route.rollups, touched)
            told = [
                _updated(account, route.announced, version=version, touches=touches)
                for account, version in versions.items()
            ]
            await self.retry("announce the rollups", partial(self.outlet.publish, told))

    async def _insert(self, route: Route, snapshots: Sequence[Snapshot]) -> list[Refusal]:
        async def insert(some: Sequence[Snapshot]) -> None:
            async def attempt() -> None:
                # At each attempt: an account may be erased while its records wait for ClickHouse.
                if kept := self.ledger.kept(some):
                    await self.warehouse.insert(route.landing, kept)

            await self.retry(f"insert into {route.landing}", attempt)

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

    async def _recomputed(self, rollups: tuple[str, ...], touched: Touched) -> Mapping[Account, int]:
        versions: list[Mapping[Account, int]] = []

        async def recompute() -> None:
            versions.append(await self.warehouse.recompute(rollups, touched))

        what = f"recompute {' and '.join(rollups)}" if rollups else "read the version"
        await self.retry(what, recompute)
        return versions[-1]


def _updated(account: Account, rollups: tuple[str, ...], *, version: int, touches: Touches) -> Message:
    event = RollupsUpdatedV1(
        workspace_id=account.workspace_id,
        account_id=account.account_id,
        rollups=rollups,
        version=version,
        observed_at=datetime.fromisoformat(touches.observed[account]),
    )
    return encode(event, service=SERVICE, trace=trace.child(touches.trace(account)))


def _together(some: Iterable[Touches]) -> Touches:
    union = Touches()
    for touches in some:
        union.add(touches)
    return union
