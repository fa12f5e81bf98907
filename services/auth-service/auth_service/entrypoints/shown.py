"""How a connection is shown, wherever it is: its account, how it stands, what a partial consent loses."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from auth_service.domain.scopes import MEANINGS, Named, lost_features, missing_scopes
from auth_service.domain.state import Action, ConnectionState
from auth_service.use_cases.viewing import Viewed
from common.events import AccountStatus


class NextStepAnswer(BaseModel):
    action: Action
    text: str


class StateAnswer(BaseModel):
    """How the connection stands; `since` is of the domain clock, as are the moments of the collection."""

    name: ConnectionState
    since: datetime
    reason: str | None = Field(description="Null where the name says it all.")
    next_step: NextStepAnswer
    last_profile_at: datetime | None
    last_listing_at: datetime | None
    next_due: datetime | None


class NamedAnswer(BaseModel):
    slug: str
    name: str


class MissingScope(BaseModel):
    scope: str
    meaning: str = Field(description="What it would let us read.")


class LostAnswer(BaseModel):
    """What stays empty under a partial consent: metrics everywhere, and widgets that have no figure left."""

    scopes: list[MissingScope]
    metrics: list[NamedAnswer]
    widgets: list[NamedAnswer]


class ConnectionAnswer(BaseModel):
    """One TikTok account in this workspace; null where its owner's consent does not cover a field."""

    account_id: UUID
    channel: str
    username: str | None
    display_name: str | None
    avatar_url: str | None
    is_business_account: bool | None
    status: AccountStatus
    state: StateAnswer
    scopes: tuple[str, ...]
    missing_scopes: tuple[str, ...] = Field(description="Not granted: what they bring cannot be collected.")
    lost: LostAnswer
    connected_at: datetime


def connection_answer(viewed: Viewed) -> ConnectionAnswer:
    connection = viewed.connection
    return ConnectionAnswer(
        account_id=connection.account_id,
        channel=connection.channel,
        username=connection.profile.username,
        display_name=connection.profile.display_name,
        avatar_url=connection.profile.avatar_url,
        is_business_account=connection.profile.is_business_account,
        status=connection.status,
        state=_state(viewed),
        scopes=connection.scopes,
        missing_scopes=missing_scopes(connection.scopes),
        lost=lost_answer(connection.scopes),
        connected_at=connection.connected_at,
    )


def lost_answer(granted: Collection[str]) -> LostAnswer:
    lost = lost_features(granted)
    return LostAnswer(
        scopes=[MissingScope(scope=scope, meaning=MEANINGS[scope]) for scope in missing_scopes(granted)],
        metrics=[_named(metric) for metric in lost.metrics],
        widgets=[_named(widget) for widget in lost.widgets],
    )


def _state(viewed: Viewed) -> StateAnswer:
    standing = viewed.standing
    return StateAnswer(
        name=standing.state,
        since=standing.since,
        reason=standing.reason,
        next_step=NextStepAnswer(action=standing.next_step.action, text=standing.next_step.text),
        last_profile_at=standing.last_profile_at,
        last_listing_at=standing.last_listing_at,
        next_due=standing.next_due,
    )


def _named(named: Named) -> NamedAnswer:
    return NamedAnswer(slug=named.slug, name=named.name)
