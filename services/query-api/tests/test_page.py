"""The page and the second port."""

import httpx

from .system import Api, Tenant, until


def test_every_address_of_the_page_is_the_index_and_is_asked_for_again(api: Api) -> None:
    for path in ("/", "/index.html", "/connect/confirm?pending=1", "/dashboards/7"):
        answer = httpx.get(f"{api.url}{path}")
        assert answer.status_code == 200
        assert answer.text == "<title>page</title>"
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-type"].startswith("text/html")


def test_hashed_files_stay_for_ever_and_a_missing_one_is_missing(api: Api) -> None:
    script = httpx.get(f"{api.url}/assets/main-abc123.js")
    assert (script.status_code, script.text) == (200, "1")
    assert "immutable" in script.headers["cache-control"]
    assert httpx.get(f"{api.url}/assets/gone.js").status_code == 404
    assert httpx.get(f"{api.url}/favicon.svg").headers["cache-control"] == "no-cache"


def test_an_unchanged_page_is_not_sent_again(api: Api) -> None:
    tag = httpx.get(f"{api.url}/").headers["etag"]
    assert httpx.get(f"{api.url}/", headers={"If-None-Match": tag}).status_code == 304


def test_nothing_outside_the_folder_is_served(api: Api) -> None:
    ways = ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/assets/%2e%2e/..%2fsecret.txt")
    for path in ways:
        assert "not for the world" not in httpx.get(f"{api.url}{path}").text


def test_browsers_are_told_to_be_careful(api: Api) -> None:
    for path in ("/", "/v1/widgets"):
        headers = httpx.get(f"{api.url}{path}").headers
        policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["style-src"] == "'self' 'unsafe-inline'"
        assert policy["img-src"] == "'self' data: https: http://127.0.0.1:*"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
    assert httpx.get(f"{api.url}/v1/widgets").headers["cache-control"] == "no-store"


def test_a_service_without_the_page_says_so(limited: Api) -> None:
    answer = httpx.get(f"{limited.url}/")
    assert answer.status_code == 503
    assert "TOA_WEB_DIR" in answer.json()["detail"]


def test_ready_names_what_is_not(api: Api) -> None:
    ready = httpx.get(f"{api.health}/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "failures": {}})


def test_metrics_count_by_route_and_never_by_address(api: Api, tenant: Tenant) -> None:
    until(lambda: tenant.get("/v1/widgets/video_views").status_code == 200)
    text = httpx.get(f"{api.health}/metrics").text
    assert 'toa_http_requests_total{method="GET",route="/v1/widgets/{slug}",status="200"}' in text
    assert "toa_http_request_duration_seconds_bucket" in text
    assert 'route="/v1/widgets/video_views"' not in text


def test_the_api_describes_itself(api: Api) -> None:
    description = httpx.get(f"{api.url}/v1/openapi.json").json()
    operations = {method["operationId"]: method for path in description["paths"].values() for method in path.values()}
    assert {"list_widgets", "get_widget", "query", "list_accounts", "listen_to_changes"} <= operations.keys()
    # Who holds a signed link or a share link needs no token.
    download = operations.pop("download_export")
    assert "security" not in download
    operations = {name: one for name, one in operations.items() if one["tags"] != ["shared"]}
    for operation in operations.values():
        assert operation["tags"]
        assert "application/problem+json" in operation["responses"]["401"]["content"]
        assert operation["security"] == [{"bearer": []}]
    assert "HTTPValidationError" not in description["components"]["schemas"]


def test_secrets_are_not_in_the_log(api: Api, tenant: Tenant) -> None:
    tenant.get("/v1/widgets/video_views")
    assert "the_secret" not in api.log.read_text()
