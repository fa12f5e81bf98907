"""What every answer has beside its figures: an id, what is left of the quota, tags, codings, links."""

import gzip
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
import zstandard

from .system import Api, Platform, Tenant, until

PAGE = "https://page.test"
CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


@pytest.fixture(scope="module")
def caller(platform: Platform, api: Api) -> Tenant:
    tenant = Tenant(platform=platform, url=api.url)
    tenant.publish_key()
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    return tenant


@pytest.fixture(scope="module")
def strict(new_api: Callable[..., Api]) -> Api:
    """A process that lets a key ask six times a minute, and a page elsewhere ask at all."""
    return new_api({"TOA_RATE_LIMIT": "6", "TOA_CORS_ORIGINS": PAGE})


def test_an_answer_has_an_id_of_ours_or_the_askers(caller: Tenant) -> None:
    made = caller.get("/v1/widgets").headers["x-request-id"]
    assert UUID(made).version == 7
    assert caller.get("/v1/widgets").headers["x-request-id"] != made
    for given, is_taken in (("trace-00af/7", True), ("short", False), ("with space", False), ("x" * 129, False)):
        answer = caller.client.get(f"{caller.url}/v1/widgets", headers={**caller.headers, "X-Request-Id": given})
        assert (answer.headers["x-request-id"] == given) is is_taken


def test_a_problem_and_the_log_name_the_request(caller: Tenant, api: Api) -> None:
    refused = caller.get("/v1/widgets/nonsense")
    request_id = refused.headers["x-request-id"]
    assert refused.json()["request_id"] == request_id
    assert refused.json()["instance"] == f"urn:uuid:{request_id}"
    own = {**caller.headers, "X-Request-Id": "the-request-of-a-client"}
    problem = caller.client.get(f"{caller.url}/v1/widgets/nonsense", headers=own).json()
    assert problem["request_id"] == "the-request-of-a-client"
    assert "instance" not in problem, "it is no UUID"

    caller.platform.sql("RENAME TABLE account_day TO account_day_away")
    try:
        failed = caller.client.get(f"{caller.url}/v1/widgets/followers", headers=own)
    finally:
        caller.platform.sql("RENAME TABLE account_day_away TO account_day")
    assert failed.status_code == 503
    logged = [json.loads(line) for line in api.log.read_text().splitlines() if "the-request-of-a-client" in line]
    assert any(line["event"].startswith("clickhouse refused") for line in logged)


def test_who_asks_too_often_is_told_when_to_come_back(tenant: Tenant, strict: Api) -> None:
    def ask() -> httpx.Response:
        return httpx.get(f"{strict.url}/v1/widgets", headers=tenant.headers)

    until(lambda: ask().status_code == 200)
    granted = ask()
    assert granted.headers["ratelimit-policy"] == '"default";q=6;w=60'
    left = re.fullmatch(r'"default";r=(\d+);t=(\d+)', granted.headers["ratelimit"])
    assert left is not None
    assert int(left[1]) < 6
    assert 0 < int(left[2]) <= 60
    answers = [ask() for _ in range(6)]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "too-often"
    assert 0 < int(refused.headers["retry-after"]) <= 10
    assert refused.headers["ratelimit"].startswith('"default";r=0;t=')
    other = Tenant(platform=tenant.platform, url=strict.url)
    other.publish_key()
    until(lambda: httpx.get(f"{strict.url}/v1/widgets", headers=other.headers).status_code == 200)


def test_only_the_pages_named_may_ask_from_elsewhere(tenant: Tenant, strict: Api, api: Api) -> None:
    asking = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization,x-request-id"}

    def allowed(at: Api, origin: str) -> str | None:
        answer = httpx.options(f"{at.url}/v1/widgets", headers={"Origin": origin, **asking})
        assert "access-control-allow-credentials" not in answer.headers
        origin_allowed: str | None = answer.headers.get("access-control-allow-origin")
        return origin_allowed

    assert allowed(strict, PAGE) == PAGE
    assert allowed(strict, "https://page.test.evil") is None
    assert allowed(api, PAGE) is None, "off unless set"
    seen = httpx.get(f"{strict.url}/v1/widgets", headers={"Origin": PAGE})
    assert seen.headers["access-control-allow-origin"] == PAGE, "a problem can be read, too"
    assert "RateLimit" in seen.headers["access-control-expose-headers"]
    assert "Origin" in seen.headers["vary"]


@pytest.mark.parametrize("coding", CODINGS)
def test_a_large_answer_is_compressed_as_its_asker_likes(caller: Tenant, coding: str) -> None:
    for form in ("json", "csv"):
        plain = _raw(caller, "identity", format=form)
        packed = _raw(caller, coding, format=form)
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == coding
        assert "Accept-Encoding" in packed.headers["vary"]
        assert len(packed.body) < len(plain.body) / 2
        assert CODINGS[coding](packed.body) == plain.body


def test_a_small_answer_is_left_alone(caller: Tenant) -> None:
    answer = caller.get("/v1/accounts")
    assert "content-encoding" not in answer.headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An answer with its body as it came over the line."""

    headers: httpx.Headers
    body: bytes


def _raw(caller: Tenant, coding: str, **parameters: str) -> Raw:
    asked = {"from": "2025-03-01", "to": "2026-03-12", **parameters}
    headers = {**caller.headers, "Accept-Encoding": coding}
    with caller.client.stream("GET", f"{caller.url}/v1/widgets/followers", params=asked, headers=headers) as answer:
        body = b"".join(answer.iter_raw())
    return Raw(headers=answer.headers, body=body)


@pytest.mark.parametrize("path", ["/v1/widgets/followers", "/v1/widgets", "/v1/accounts"])
def test_what_the_asker_has_is_not_sent_again(caller: Tenant, path: str) -> None:
    first = caller.get(path)
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}(-gzip|-zstd)?"', tag)
    assert first.headers["cache-control"] == "private, no-cache"
    assert {"Authorization", "Accept"} <= set(first.headers["vary"].split(", "))
    for known in (tag, f'"other", {tag}', "*"):
        again = caller.client.get(f"{caller.url}{path}", headers={**caller.headers, "If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == (tag if known != "*" else again.headers["etag"])
        assert "ratelimit" in again.headers
    other = caller.client.get(f"{caller.url}{path}", headers={**caller.headers, "If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_a_tag_is_of_the_bytes_on_the_line_and_known_in_every_coding(caller: Tenant) -> None:
    plain, packed = _raw(caller, "identity"), _raw(caller, "gzip")
    assert plain.headers["etag"] != packed.headers["etag"]
    asked = {"from": "2025-03-01", "to": "2026-03-12"}
    headers = {**caller.headers, "Accept-Encoding": "zstd", "If-None-Match": plain.headers["etag"]}
    again = caller.client.get(f"{caller.url}/v1/widgets/followers", params=asked, headers=headers)
    assert (again.status_code, again.headers["etag"]) == (304, plain.headers["etag"])


def test_the_next_page_is_linked(caller: Tenant, new_tenant: Callable[[], Tenant]) -> None:
    tenant = new_tenant()
    tenant.publish_key()
    account = tenant.connect()
    tenant.until_accounts(1)
    tenant.posts(account, [{"post_id": f"p{n}", "published_at": "2026-03-01 10:00:00"} for n in range(3)])
    first = tenant.get("/v1/widgets/post_explorer", limit=2, from_="2026-03-01", sort="post_id")
    target = first.links["next"]["url"]
    assert target.startswith("/v1/widgets/post_explorer?")
    second = tenant.client.get(f"{tenant.url}{target}", headers=tenant.headers)
    assert [row[1] for row in first.json()["rows"] + second.json()["rows"]] == ["p0", "p1", "p2"]
    assert "link" not in second.headers
