"""States: what a connection is called, since when, and what its people can do, from what is known of it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from auth_service.domain.connection import Connection, Profile
from auth_service.domain.scopes import lost_features
from auth_service.domain.state import NEXT_STEPS, Action, ConnectionState, standing
from common.catalog import SCOPES, catalog
from common.events import AccountStatus, CollectionState, CollectionStatusV1

from .stand import START

ACCOUNT, WORKSPACE = UUID("0190a3c8-0000-7000-8000-000000000001"), UUID("0190a3c8-0000-7000-8000-000000000002")
HOUR = timedelta(hours=1)


def connection(
    *,
    status: AccountStatus = AccountStatus.CONNECTED,
    scopes: tuple[str, ...] = SCOPES,
    is_business: bool | None = True,
    lost_reason: str | None = None,
    changed_at: datetime = START,
) -> Connection:
    return Connection(
        account_id=ACCOUNT,
        workspace_id=WORKSPACE,
        channel="tiktok",
        app_id="7123",
        open_id="open-1",
        status=status,
        lost_reason=lost_reason,
        profile=Profile(username="northlight", is_business_account=is_business),
        scopes=scopes,
        grant_version=1,
        connected_at=START,
        changed_at=changed_at,
        revision=1,
    )


def told(
    state: CollectionState = CollectionState.SYNCED,
    *,
    since: datetime = START + HOUR,
    reason: str | None = None,
    has_days: bool | None = True,
    revision: int = 1,
) -> CollectionStatusV1:
    return CollectionStatusV1(
        workspace_id=WORKSPACE,
        account_id=ACCOUNT,
        state=state,
        reason=reason,
        since=since,
        last_profile_at=since,
        has_days=has_days,
        revision=revision,
    )


FEWER = tuple(scope for scope in SCOPES if scope != "user.insights")
# what is stored, what the ingestor told, the state, why
CASES = [
    (connection(), None, "connecting", None),
    (connection(), told(has_days=False), "waiting_for_tiktok", "has not given a day"),
    (connection(), told(CollectionState.BACKFILLING), "backfilling", None),
    (connection(), told(), "synced", None),
    (connection(), told(has_days=None), "synced", None),
    (connection(is_business=None), told(), "synced", None),
    (connection(), told(CollectionState.FAILING, reason="HTTP 502"), "partly_synced", "HTTP 502"),
    (connection(scopes=FEWER), told(has_days=False), "missing_permissions", "user.insights"),
    (connection(scopes=()), None, "missing_permissions", "neither the profile nor the posts"),
    (connection(scopes=("video.insights",)), None, "missing_permissions", "neither the profile nor the posts"),
    (connection(is_business=False), told(), "not_business", 'Profile Insights: "No data"'),
    (connection(), told(CollectionState.RATE_LIMITED, reason="40100"), "rate_limited", "40100"),
    (connection(), told(CollectionState.LOST_ACCESS, reason="40105"), "lost_access", "40105"),
    (connection(status=AccountStatus.LOST_ACCESS, lost_reason="refused"), told(), "lost_access", "refused"),
    (connection(), told(CollectionState.PAUSED), "paused", None),
    (connection(status=AccountStatus.DISCONNECTED), told(), "disconnected", None),
    (connection(status=AccountStatus.ERASED), None, "disconnected", None),
]


@pytest.mark.parametrize(("stored", "status", "state", "reason"), CASES)
def test_the_state_follows_from_what_is_known(
    stored: Connection, status: CollectionStatusV1 | None, state: str, reason: str | None
) -> None:
    shown = standing(stored, status)
    assert shown.state == state
    assert (shown.reason is None) if reason is None else (shown.reason is not None and reason in shown.reason)
    assert shown.next_step.text


def test_every_state_is_reached_and_has_a_next_step() -> None:
    assert {state for _, _, state, _ in CASES} == set(ConnectionState) == set(NEXT_STEPS)


def test_connecting_anew_ends_a_loss_that_was_told_before() -> None:
    lost = told(CollectionState.LOST_ACCESS, since=START + HOUR)
    anew = connection(changed_at=START + 2 * HOUR)
    shown = standing(anew, lost)
    assert (shown.state, shown.since) == (ConnectionState.CONNECTING, anew.changed_at)
    lost_again = told(CollectionState.LOST_ACCESS, since=START + 3 * HOUR)
    assert standing(anew, lost_again).state is ConnectionState.LOST_ACCESS


def test_since_is_the_moment_the_state_began() -> None:
    assert standing(connection(), told()).since == START + HOUR
    later = connection(is_business=False, changed_at=START + 5 * HOUR)
    assert standing(later, told()).since == START + 5 * HOUR
    paused = told(CollectionState.PAUSED, since=START + 7 * HOUR)
    assert standing(later, paused).since == START + 7 * HOUR


def test_lost_access_leads_to_connecting_again() -> None:
    lost = standing(connection(status=AccountStatus.LOST_ACCESS), None)
    assert lost.next_step.action is Action.RECONNECT


def test_a_full_consent_loses_nothing_and_none_loses_all() -> None:
    assert lost_features(SCOPES).metrics == lost_features(SCOPES).widgets == ()
    assert {metric.slug for metric in lost_features(()).metrics} == set(catalog().metrics)
    assert {widget.slug for widget in lost_features(()).widgets} == set(catalog().widgets)


@pytest.mark.parametrize(
    ("scope", "metrics", "widgets"),
    [
        ("user.insights", {"net_followers", "reached_audience"}, {"followers", "video_views", "audience_activity"}),
        ("video.insights", {"post_completion_rate", "retention"}, {"traffic_sources", "retention_curve"}),
        ("video.list", {"published_posts", "retention"}, {"post_explorer", "top_posts", "published_posts"}),
        ("user.info.stats", {"videos_count", "total_likes"}, set()),
        ("user.info.basic", set(), set()),
    ],
)
def test_a_missing_scope_names_what_is_lost(scope: str, metrics: set[str], widgets: set[str]) -> None:
    lost = lost_features([one for one in SCOPES if one != scope])
    assert metrics <= {metric.slug for metric in lost.metrics}
    assert widgets <= {widget.slug for widget in lost.widgets}
    # What other permissions bring is still there.
    assert "engagement" not in {metric.slug for metric in lost.metrics}
    assert "account_explorer" not in {widget.slug for widget in lost.widgets} or scope == "video.list"
