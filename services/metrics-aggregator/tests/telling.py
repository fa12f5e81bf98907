"""An account whose facts and rollups a real ClickHouse holds: told what TikTok said, asked by the warehouse's views."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.events import Message, PostLabelsV1, PostSnapshotV1, ProfileDay, ProfileSnapshotV1, encode
from common.events.snapshot import Source
from common.events.values import Values
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.touched import Touched
from metrics_aggregator.rollups import ROLLUPS

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Telling:
    """One account, alone in its workspace."""

    client: AsyncClient
    rollups: tuple[str, ...] = tuple(ROLLUPS)
    """Which are recomputed at each word; none where only facts are asked."""
    account: Account = field(default_factory=lambda: Account(uuid4(), uuid4()))

    async def say_days(
        self,
        days: Mapping[date, Values],
        *,
        at: datetime,
        recorded_at: datetime | None = None,
        profile: Values | None = None,
        source: Source = Source.API,
    ) -> None:
        event = ProfileSnapshotV1(
            workspace_id=self.account.workspace_id,
            account_id=self.account.account_id,
            observed_at=at,
            recorded_at=recorded_at or at,
            source=source,
            field_set="profile_full.v1",
            profile=profile or {},
            days=tuple(ProfileDay(date=day, values=values) for day, values in days.items()),
        )
        await self._take("landing_profile_snapshots", encode(event, service="ingestor"))

    async def say_post(
        self, values: Values, *, at: datetime, recorded_at: datetime | None = None, post_id: str = "p"
    ) -> None:
        event = PostSnapshotV1(
            workspace_id=self.account.workspace_id,
            account_id=self.account.account_id,
            observed_at=at,
            recorded_at=recorded_at or at,
            field_set="post_full.v1",
            post_id=post_id,
            values=values,
        )
        await self._take("landing_post_snapshots", encode(event, service="ingestor"), post_id)

    async def say_labels(self, *label_ids: UUID, at: datetime, revision: int, post_id: str = "p") -> None:
        event = PostLabelsV1(
            workspace_id=self.account.workspace_id,
            account_id=self.account.account_id,
            post_id=post_id,
            label_ids=label_ids,
            plan_ids=(),
            revision=revision,
            changed_at=at,
            recorded_at=at,
        )
        message = encode(event, service="query-api")
        await ClickHouseWarehouse(self.client).insert("landing_post_labels", [message.value or b""])

    async def _take(self, landing: str, message: Message, *posts: str) -> None:
        """As the pipeline does: facts first, then what they touch anew."""
        warehouse = ClickHouseWarehouse(self.client)
        await warehouse.insert(landing, [message.value or b""])
        if self.rollups:
            await warehouse.recompute(self.rollups, Touched(accounts=(self.account,), posts=posts))

    async def view(self, name: str, **bound: date | str) -> list[Row]:
        """The rows of a parametrised view for this account; it is asked as from any ClickHouse client."""
        mine = {"workspace_id": f"'{self.account.workspace_id}'", "accounts": f"['{self.account.account_id}']"}
        given = {name: f"'{_text(value)}'" for name, value in bound.items()}
        arguments = ", ".join(f"{name} = {value}" for name, value in (mine | given).items())
        result = await self.client.query(f"SELECT * FROM {name}({arguments})", tz_mode="aware")
        return [dict(row) for row in result.named_results()]


def _text(value: date | str) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)
