"""Events besides snapshots, as their owners would publish them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from common.events import (
    AccountChange,
    AccountStatus,
    AccountV1,
    CollectionState,
    CollectionStatusV1,
    LifecycleChange,
    Message,
    PostLabelsV1,
    PostLifecycleV1,
    encode,
)

from .snapshots import NOON, Source


def lifecycle(
    source: Source, post_id: str, change: LifecycleChange, *, at: datetime = NOON, recorded_at: datetime | None = None
) -> Message:
    event = PostLifecycleV1(
        workspace_id=source.workspace_id,
        account_id=source.account_id,
        post_id=post_id,
        change=change,
        observed_at=at,
        recorded_at=recorded_at or at,
    )
    return encode(event, service="ingestor")


def labels(
    source: Source,
    post_id: str,
    label_ids: Sequence[UUID],
    *,
    revision: int,
    at: datetime = NOON,
    plan_ids: Sequence[UUID] = (),
) -> Message:
    event = PostLabelsV1(
        workspace_id=source.workspace_id,
        account_id=source.account_id,
        post_id=post_id,
        label_ids=tuple(label_ids),
        plan_ids=tuple(plan_ids),
        revision=revision,
        changed_at=at,
        recorded_at=at,
    )
    return encode(event, service="query-api")


def connection(source: Source, *, revision: int, at: datetime = NOON, lost: bool = False) -> Message:
    event = AccountV1(
        workspace_id=source.workspace_id,
        account_id=source.account_id,
        change=AccountChange.AUTHORIZATION_LOST if lost else AccountChange.CONNECTED,
        status=AccountStatus.LOST_ACCESS if lost else AccountStatus.CONNECTED,
        open_id="an-open-id",
        username="somebody",
        is_business_account=None if lost else True,
        scopes=() if lost else ("user.info.basic", "video.list"),
        connected_at=NOON,
        changed_at=at,
        revision=revision,
    )
    return encode(event, service="auth-service")


def collection(source: Source, state: CollectionState, *, revision: int, since: datetime = NOON) -> Message:
    event = CollectionStatusV1(
        workspace_id=source.workspace_id,
        account_id=source.account_id,
        state=state,
        since=since,
        last_profile_at=since,
        revision=revision,
    )
    return encode(event, service="ingestor")
