"""What cannot be used is named, with what to do instead."""

from typing import Any

import httpx
import pytest

from .system import Tenant, until


@pytest.fixture(scope="module")
def caller(platform: Any, api: Any) -> Tenant:
    tenant = Tenant(platform=platform, url=api.url)
    tenant.publish_key()
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    return tenant


BAD = [
    ("video_views", {"from": "2026-03-02", "to": "2026-03-02"}, "from", "earlier"),
    ("video_views", {"from": "2026-03-02", "to": "2026-03-01"}, "from", "earlier"),
    ("video_views", {"from": "2020-01-01", "to": "2026-03-01"}, "from", "shorter"),
    ("video_views", {"from": "yesterday"}, "from", "YYYY-MM-DD"),
    ("video_views", {"to": "2026-13-01"}, "to", "YYYY-MM-DD"),
    ("nonsense", {}, "slug", "video_views"),
    ("../accounts", {}, None, ""),
    ("video_views", {"accounts": "not-an-id"}, "accounts", "/v1/accounts"),
    ("video_views", {"accounts": ""}, "accounts", "/v1/accounts"),
    ("video_views", {"accounts": "' OR 1=1 --"}, "accounts", "/v1/accounts"),
    ("video_views", {"sort": "post_likes"}, "sort", "day, video_views"),
    ("post_explorer", {"sort": "post_likes; DROP TABLE post_latest"}, "sort", "post_likes"),
    ("post_explorer", {"limit": "0"}, "limit", "1 to 500"),
    ("post_explorer", {"limit": "501"}, "limit", "1 to 500"),
    ("post_explorer", {"limit": "ten"}, "limit", ""),
    ("post_explorer", {"cursor": "AAAA"}, "cursor", "next_cursor"),
    ("post_explorer", {"format": "xml"}, "format", ""),
]


@pytest.mark.parametrize(("slug", "parameters", "parameter", "remedy"), BAD)
def test_a_bad_parameter_is_named_with_its_remedy(
    caller: Tenant, slug: str, parameters: dict[str, str], parameter: str | None, remedy: str
) -> None:
    answer = httpx.get(f"{caller.url}/v1/widgets/{slug}", params=parameters, headers=caller.headers)
    if parameter is None:
        assert answer.status_code in (200, 404)
        return
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["errors"][0]["parameter"] == parameter
    assert remedy in problem["errors"][0]["remedy"]
    assert parameter in problem["detail"]


def test_a_body_is_checked_as_the_query_is(caller: Tenant) -> None:
    address = f"{caller.url}/v1/widgets/video_views"
    for content, parameter in ((b'{"from": 5}', "from"), (b'{"accounts": "x"}', "accounts"), (b"{", "body")):
        answer = httpx.post(address, content=content, headers={**caller.headers, "Content-Type": "application/json"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == parameter
    empty = httpx.post(address, json={"accounts": []}, headers=caller.headers)
    assert empty.json()["errors"][0]["parameter"] == "accounts"


@pytest.mark.parametrize("path", ["/v1/widgets/post_explorer", "/v1/widgets", "/v1/accounts"])
def test_a_parameter_that_is_not_known_is_400_and_told_before_what_else_is_wrong(caller: Tenant, path: str) -> None:
    answer = caller.get(path, form="2026-03-01", limit="0")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    problem = answer.json()
    assert problem["type"] == "unknown-parameter"
    assert problem["errors"][0]["parameter"] == "form"
    assert ("from" in problem["errors"][0]["remedy"]) == ("explorer" in path), "what there is instead"
    assert httpx.get(f"{caller.url}{path}", params={"form": "x"}).status_code == 401, "who asks is seen to first"


def test_a_member_that_is_not_known_is_400(caller: Tenant) -> None:
    answer = httpx.post(
        f"{caller.url}/v1/widgets/video_views", json={"form": "x", "limit": "ten"}, headers=caller.headers
    )
    assert answer.status_code == 400
    assert [row["parameter"] for row in answer.json()["errors"]] == ["form"]


def test_a_wrong_address_or_method_is_a_problem_too(caller: Tenant) -> None:
    nowhere = httpx.get(f"{caller.url}/v1/nowhere", headers=caller.headers)
    assert (nowhere.status_code, nowhere.headers["content-type"]) == (404, "application/problem+json")
    wrong = httpx.delete(f"{caller.url}/v1/widgets/video_views", headers=caller.headers)
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")
