"""What the running service keeps of its answers, and what ends it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from common.events import AccountChange, AccountStatus, CollectionState, CollectionStatusV1, RollupsUpdatedV1
from common.events.envelope import Message

from .system import NOW, Api, Platform, Tenant, march, until

RANGE = {"from_": "2026-03-01", "to": "2026-03-05"}


@pytest.fixture
def kept(platform: Platform, keeping: Api) -> tuple[Tenant, UUID]:
    """A workspace with an account that has 7 views, at a process that keeps answers."""
    tenant = Tenant(platform=platform, url=keeping.url)
    tenant.publish_key()
    account = tenant.connect()
    tenant.days(account, {march(1): {"video_views": 7}})
    tenant.until_accounts(1)
    return tenant, account


def views(tenant: Tenant, **parameters: object) -> object:
    return tenant.widget("video_views", **RANGE, **parameters)["totals"]["video_views"]


def updated(tenant: Tenant, account: UUID, *rollups: str) -> RollupsUpdatedV1:
    return RollupsUpdatedV1(
        workspace_id=tenant.workspace_id, account_id=account, rollups=rollups, version=1, observed_at=NOW
    )


def silently(tenant: Tenant, account: UUID, number: int) -> None:
    """Other figures, of which nobody tells."""
    tenant.days(account, {march(1): {"video_views": number, "version": number}})


def test_an_answer_stays_until_its_rollup_is_updated(kept: tuple[Tenant, UUID], keeping: Api) -> None:
    tenant, account = kept
    # What was asked before is given up when the process follows again; by now it does.
    until(lambda: views(tenant) == 7)
    silently(tenant, account, 8)
    hits = keeping.answers("hit")
    assert views(tenant) == 7
    assert keeping.answers("hit") == hits + 1
    tenant.platform.publish(updated(tenant, account, "account_day", "audience_day"))
    until(lambda: views(tenant) == 8)


def test_what_is_updated_elsewhere_ends_nothing(kept: tuple[Tenant, UUID], platform: Platform, keeping: Api) -> None:
    tenant, account = kept
    other = tenant.connect()
    tenant.until_accounts(2)
    assert views(tenant, accounts=account) == 7
    silently(tenant, account, 8)
    marker = Tenant(platform=platform, url=keeping.url)
    marker.publish_key()
    marked = marker.connect()
    marker.until_accounts(1)
    assert views(marker) is None
    silently(marker, marked, 5)
    tenant.platform.publish(
        updated(tenant, account, "audience_day"),
        updated(tenant, other, "account_day"),
        updated(marker, marked, "account_day"),
    )
    until(lambda: views(marker) == 5)
    assert views(tenant, accounts=account) == 7


@pytest.mark.parametrize("slug", ["video_views", "post_explorer"])
def test_the_same_question_in_another_form_is_the_same_answer(
    kept: tuple[Tenant, UUID], keeping: Api, slug: str
) -> None:
    tenant, account = kept
    first = tenant.get(f"/v1/widgets/{slug}", **RANGE)
    hits = keeping.answers("hit")
    address, body = f"{tenant.url}/v1/widgets/{slug}", {"from": "2026-03-01", "to": "2026-03-05"}
    posted = httpx.post(address, json=body | {"accounts": [str(account)]}, headers=tenant.headers)
    assert posted.content == first.content
    assert keeping.answers("hit") == hits + 1
    again = httpx.post(address, json=body, headers={**tenant.headers, "If-None-Match": posted.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_paused_collection_ends_it(kept: tuple[Tenant, UUID]) -> None:
    tenant, account = kept
    assert views(tenant) == 7
    silently(tenant, account, 8)
    paused = CollectionStatusV1(
        workspace_id=tenant.workspace_id,
        account_id=account,
        state=CollectionState.PAUSED,
        since=datetime.now(UTC),
        revision=1,
    )
    tenant.platform.publish(paused)
    until(lambda: views(tenant) == 8)


def test_an_account_that_changes_asks_anew_and_an_erased_one_is_gone_from_what_is_kept(
    kept: tuple[Tenant, UUID],
) -> None:
    tenant, account = kept
    assert views(tenant) == 7
    silently(tenant, account, 8)
    tenant.connect(account_id=account, revision=2, connected_at=NOW - timedelta(days=1))
    until(lambda: views(tenant) == 8)
    erased = {"status": AccountStatus.ERASED, "change": AccountChange.ERASED, "username": None}
    tenant.connect(account_id=account, revision=3, **erased)
    tenant.until_accounts(0)
    assert views(tenant) is None


def test_who_may_read_less_gets_nothing_that_was_kept_for_others(
    kept: tuple[Tenant, UUID], platform: Platform, keeping: Api
) -> None:
    tenant, account = kept
    other = tenant.connect()
    tenant.days(other, {march(1): {"video_views": 100}})
    tenant.until_accounts(2)
    until(lambda: views(tenant) == 107)
    limited = Tenant(platform=platform, url=keeping.url, workspace_id=tenant.workspace_id)
    limited.publish_key(accounts=[account])
    limited.until_accounts(1)
    assert views(limited) == 7
    foreign = Tenant(platform=platform, url=keeping.url)
    foreign.publish_key()
    until(lambda: foreign.get("/v1/accounts").status_code == 200)
    assert views(foreign) is None
    assert foreign.get("/v1/widgets/video_views", **RANGE, accounts=account).status_code == 422


def test_after_news_that_nobody_can_read_everything_is_asked_anew(kept: tuple[Tenant, UUID]) -> None:
    tenant, account = kept
    assert views(tenant) == 7
    silently(tenant, account, 8)
    tenant.platform.send(Message(topic="tiktok.rollups-updated.v1", key=b"x", value=b"not json", headers=()))
    until(lambda: views(tenant) == 8)


def test_identical_questions_at_once_are_one_query(kept: tuple[Tenant, UUID], keeping: Api) -> None:
    tenant, _ = kept
    before = {name: keeping.answers(name) for name in ("hit", "join", "miss")}
    bodies = _at_once(20, lambda: tenant.get("/v1/widgets/post_explorer", **RANGE).content)
    assert len(set(bodies)) == 1
    told = {name: keeping.answers(name) - before[name] for name in before}
    assert told["miss"] == 1
    assert told["hit"] + told["join"] == 19


def _at_once(times: int, ask: Callable[[], bytes]) -> list[bytes]:
    with ThreadPoolExecutor(times) as pool:
        return [asked.result() for asked in [pool.submit(ask) for _ in range(times)]]
