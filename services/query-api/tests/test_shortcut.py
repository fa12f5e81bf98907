"""A question asked word for word again: who asks, and what it rests on, is looked at each time."""

from uuid import UUID

import httpx
import pytest

from .system import Api, Platform, Tenant, march, until

ROUTE = 'toa_http_requests_total{method="GET",route="/v1/widgets/{slug}",status="200"}'


@pytest.fixture
def kept(platform: Platform, keeping: Api) -> tuple[Tenant, UUID]:
    """A workspace with an account that has 7 views, at a process that keeps answers."""
    tenant = Tenant(platform=platform, url=keeping.url)
    tenant.publish_key()
    account = tenant.connect()
    tenant.days(account, {march(1): {"video_views": 7}})
    tenant.until_accounts(1)
    until(lambda: asked(tenant).json()["totals"]["video_views"] == 7)
    return tenant, account


def asked(tenant: Tenant, slug: str = "video_views", **headers: str) -> httpx.Response:
    return tenant.client.get(
        f"{tenant.url}/v1/widgets/{slug}",
        params={"from": "2026-03-01", "to": "2026-03-05"},
        headers={**tenant.headers, **headers},
    )


def test_it_looks_like_every_other_answer(kept: tuple[Tenant, UUID], keeping: Api) -> None:
    tenant, _ = kept
    first = asked(tenant)
    before = keeping.counted(ROUTE)
    again = asked(tenant)
    assert again.content == first.content
    assert set(again.headers) == set(first.headers)
    assert keeping.counted(ROUTE) == before + 1
    known = asked(tenant, **{"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert "r=" in again.headers["ratelimit"]


def test_another_time_zone_of_the_workspace_is_another_question(kept: tuple[Tenant, UUID]) -> None:
    tenant, _ = kept

    def told() -> object:
        return asked(tenant, "published_posts").json()["meta"]["timezone"]

    assert told() == "UTC"
    for revision, timezone in enumerate(("Asia/Kolkata", "America/New_York"), start=1):
        tenant.publish_members(revision=revision, timezone=timezone)
        until(lambda timezone=timezone: told() == timezone)  # type: ignore[misc]


def test_a_key_that_is_revoked_gets_nothing(kept: tuple[Tenant, UUID]) -> None:
    tenant, _ = kept
    tenant.publish_key(revision=2, revoked=True)
    until(lambda: asked(tenant).status_code == 401)
    refused = asked(tenant)
    assert refused.headers["content-type"] == "application/problem+json"


def test_csv_is_not_taken_for_json(kept: tuple[Tenant, UUID]) -> None:
    tenant, _ = kept
    assert asked(tenant, Accept="text/csv").headers["content-type"].startswith("text/csv")
    assert asked(tenant).headers["content-type"] == "application/json"
    assert asked(tenant, Accept="text/csv").headers["content-type"].startswith("text/csv")
