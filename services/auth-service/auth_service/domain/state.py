"""The state of a connection as its people know it: one name, since when, why, and what they can do about it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from auth_service.domain.connection import Connection
from auth_service.domain.record import Record
from auth_service.domain.scopes import can_collect, missing_scopes
from common.events import AccountStatus, CollectionState, CollectionStatusV1, Timestamp


class ConnectionState(StrEnum):
    CONNECTING = "connecting"
    """Connected; the collection has not begun."""
    WAITING_FOR_TIKTOK = "waiting_for_tiktok"
    """Collected, but TikTok has no daily figures of it yet."""
    BACKFILLING = "backfilling"
    """What TikTok still has of the past is being read."""
    SYNCED = "synced"
    PARTLY_SYNCED = "partly_synced"
    """Something cannot be collected at the moment."""
    MISSING_PERMISSIONS = "missing_permissions"
    NOT_BUSINESS = "not_business"
    RATE_LIMITED = "rate_limited"
    LOST_ACCESS = "lost_access"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"


class Action(StrEnum):
    """What the person may do next, for a page to offer."""

    NONE = "none"
    WAIT = "wait"
    RECONNECT = "reconnect"
    RESUME = "resume"
    SWITCH_TO_BUSINESS = "switch_to_business"
    CONNECT = "connect"


class NextStep(Record):
    action: Action
    text: str


class Standing(Record):
    """`since` and the moments of the collection are of the domain clock. `reason` is None where the name says it."""

    state: ConnectionState
    since: Timestamp
    reason: str | None = None
    next_step: NextStep
    last_profile_at: Timestamp | None = None
    last_listing_at: Timestamp | None = None
    next_due: Timestamp | None = None


_RECONNECT = "Ask the account's owner to connect it again; the account and its history stay."
NEXT_STEPS: Mapping[ConnectionState, NextStep] = {
    ConnectionState.CONNECTING: NextStep(
        action=Action.WAIT, text="Nothing to do: the collection begins within a minute."
    ),
    ConnectionState.WAITING_FOR_TIKTOK: NextStep(
        action=Action.WAIT,
        text=(
            "TikTok gives daily figures 24 to 48 hours later. If none come, the owner opens Analytics in the TikTok "
            'app and taps "Turn On"; days before that are never given.'
        ),
    ),
    ConnectionState.BACKFILLING: NextStep(
        action=Action.WAIT, text="Nothing to do: the figures fill in within minutes."
    ),
    ConnectionState.SYNCED: NextStep(action=Action.NONE, text="Nothing to do."),
    ConnectionState.PARTLY_SYNCED: NextStep(
        action=Action.WAIT, text="It is tried again by itself. If this lasts for a day, test the connection."
    ),
    ConnectionState.MISSING_PERMISSIONS: NextStep(
        action=Action.RECONNECT, text="Connect the account again and leave every permission ticked."
    ),
    ConnectionState.NOT_BUSINESS: NextStep(
        action=Action.SWITCH_TO_BUSINESS,
        text=(
            "The owner switches to a Business account in the TikTok app (Settings and privacy, Account). It is looked "
            "for once a day; the figures follow 24 to 48 hours after the switch."
        ),
    ),
    ConnectionState.RATE_LIMITED: NextStep(
        action=Action.WAIT, text="Nothing to do: TikTok's limit passes and the collection goes on by itself."
    ),
    ConnectionState.LOST_ACCESS: NextStep(action=Action.RECONNECT, text=_RECONNECT),
    ConnectionState.PAUSED: NextStep(action=Action.RESUME, text="Resume the collection when you want figures again."),
    ConnectionState.DISCONNECTED: NextStep(action=Action.CONNECT, text="Connect the account again to go on."),
}

# What the ingestor says, where it decides the state.
_COLLECTING: Mapping[CollectionState, ConnectionState] = {
    CollectionState.BACKFILLING: ConnectionState.BACKFILLING,
    CollectionState.RATE_LIMITED: ConnectionState.RATE_LIMITED,
    CollectionState.FAILING: ConnectionState.PARTLY_SYNCED,
    CollectionState.LOST_ACCESS: ConnectionState.LOST_ACCESS,
    CollectionState.PAUSED: ConnectionState.PAUSED,
}
_ENDED = (AccountStatus.DISCONNECTED, AccountStatus.ERASED)
_NOT_BUSINESS = 'Profile Insights: "No data". This is a personal account; switch to a Business account.'
_NOTHING_GRANTED = "The granted permissions allow neither the profile nor the posts."
_NO_DAYS = "TikTok has not given a day of this account yet."


def standing(connection: Connection, status: CollectionStatusV1 | None) -> Standing:
    """How `connection` stands, by what the ingestor last told of it."""
    if status is not None and _is_outdated(connection, status):
        status = None
    state, reason, since = _derived(connection, status)
    return Standing(
        state=state,
        since=since,
        reason=reason,
        next_step=NEXT_STEPS[state],
        last_profile_at=status.last_profile_at if status else None,
        last_listing_at=status.last_listing_at if status else None,
        next_due=status.next_due if status else None,
    )


def _is_outdated(connection: Connection, status: CollectionStatusV1) -> bool:
    """A loss told before the account was connected anew says nothing of the new consent."""
    return status.state is CollectionState.LOST_ACCESS and status.since <= connection.changed_at


def _derived(connection: Connection, status: CollectionStatusV1 | None) -> tuple[ConnectionState, str | None, datetime]:
    changed = connection.changed_at
    if connection.status in _ENDED:
        return ConnectionState.DISCONNECTED, None, changed
    if connection.status is AccountStatus.LOST_ACCESS:
        return ConnectionState.LOST_ACCESS, connection.lost_reason, changed
    if not can_collect(connection.scopes):
        return ConnectionState.MISSING_PERMISSIONS, _NOTHING_GRANTED, changed
    if status is None:
        return ConnectionState.CONNECTING, None, changed
    if status.state in _COLLECTING:
        return _COLLECTING[status.state], status.reason, status.since
    state, reason = _collected(connection, status)
    return state, reason, max(changed, status.since)


def _collected(connection: Connection, status: CollectionStatusV1) -> tuple[ConnectionState, str | None]:
    """All that may be asked is there; whether it is all there could be."""
    if missing := missing_scopes(connection.scopes):
        return ConnectionState.MISSING_PERMISSIONS, f"Not granted: {', '.join(missing)}."
    if connection.profile.is_business_account is False:
        return ConnectionState.NOT_BUSINESS, _NOT_BUSINESS
    if status.has_days is False:
        return ConnectionState.WAITING_FOR_TIKTOK, _NO_DAYS
    return ConnectionState.SYNCED, None
