"""The connector's script and this service together, as a person at Looker Studio meets them."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from jsonschema_rs import validator_for

from common.events import SAMPLE_ACCOUNT_ID, SAMPLE_WORKSPACE_ID
from query_api.domain.sample import sample_account

from .dashboards import Manager, managing
from .looker import SHAPES
from .looker_script import Script, bundled
from .system import Api, Tenant, march, until

NewTenant = Callable[[], Tenant]
RANGE = {"startDate": "2026-03-01", "endDate": "2026-03-02"}
OWN = {"hub": "user", "table": "account_days"}
SAMPLE = {"hub": "sample", "table": "account_days"}


@pytest.fixture(scope="module")
def script(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Script:
    node, bundle = bundled(tmp_path_factory.mktemp("looker-studio"))
    return Script(node=node, bundle=bundle, address=api.url)


@pytest.fixture
def manager(new_tenant: NewTenant) -> Manager:
    """A workspace with 7 and 9 views of its own, beside the sample's 1000."""
    made = managing(new_tenant())
    tenant = made.tenant
    tenant.platform.publish(sample_account(march(-60)))
    sample = Tenant(platform=tenant.platform, url=tenant.url, workspace_id=SAMPLE_WORKSPACE_ID)
    sample.days(SAMPLE_ACCOUNT_ID, {march(1): {"video_views": 1000}})
    tenant.days(tenant.connect(), {march(1): {"video_views": 7}, march(2): {"video_views": 9}})
    tenant.until_accounts(1)
    until(lambda: made.get("/v1/accounts")["sample"] is not None)
    return made


def key_of(tenant: Tenant) -> tuple[str, object]:
    """What a person does first: give the key."""
    return "setCredentials", {"key": tenant.headers["Authorization"].removeprefix("Bearer ")}


def wanted(params: dict[str, str], *names: str) -> tuple[str, object]:
    return "getData", {"configParams": params, "dateRange": RANGE, "fields": [{"name": name} for name in names]}


def doubled(manager: Manager) -> str:
    """A metric of the workspace's own."""
    body = {"slug": "doubled", "name": "Doubled", "formula": "video_views * 2"}
    return str(manager.made("/v1/metrics", body)["slug"])


def shaped(told: dict[str, Any], shape: str) -> dict[str, Any]:
    """The answer, as Looker Studio takes it."""
    assert "answer" in told, told
    validator_for(json.loads((SHAPES / f"{shape}.schema.json").read_text())).validate(told["answer"])
    return dict(told["answer"])


def parameters(told: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one for one in shaped(told, "config")["configParams"]}


def values(told: dict[str, Any]) -> list[list[object]]:
    return [row["values"] for row in shaped(told, "data")["rows"]]


def test_a_key_is_kept_when_it_works_and_the_person_is_signed_in_until_it_is_forgotten(
    script: Script, manager: Manager
) -> None:
    auth, wrong, before, good, after, _, later = script.called(
        ("getAuthType", None),
        ("setCredentials", {"key": "toa_no_no"}),
        ("isAuthValid", None),
        key_of(manager.tenant),
        ("isAuthValid", None),
        ("resetAuth", None),
        ("isAuthValid", None),
    )
    assert shaped(auth, "auth-type")["type"] == "KEY"
    assert [told["answer"] for told in (wrong, good)] == [{"errorCode": "INVALID_CREDENTIALS"}, {"errorCode": "NONE"}]
    assert [told["answer"] for told in (before, after, later)] == [False, True, False]


def test_a_person_goes_from_the_hub_to_a_chart_of_their_own_account(script: Script, manager: Manager) -> None:
    own = doubled(manager)
    account = str(UUID(manager.get("/v1/accounts")["accounts"][0]["account_id"]))
    _, hub, step, schema, data, chosen = script.called(
        key_of(manager.tenant),
        ("getConfig", {"languageCode": "en"}),
        ("getConfig", {"languageCode": "en", "configParams": {"hub": "user"}}),
        ("getSchema", {"configParams": OWN}),
        wanted(OWN, "day", "video_views", own),
        wanted({**OWN, "account_ids": account}, "account_name", "video_views"),
    )
    assert [option["value"] for option in parameters(hub)["hub"]["options"]] == ["user", "sample"]
    assert [option["value"] for option in parameters(step)["account_ids"]["options"]] == [account]
    labels = {field["name"]: field["label"] for field in shaped(schema, "schema")["schema"]}
    assert (labels["video_views"], labels[own]) == ("Video Views", "Doubled")
    assert values(data) == [["20260301", 7, 14.0], ["20260302", 9, 18.0]]
    assert values(chosen) == [["@shop", 16]]


def test_the_sample_account_is_looked_at_without_ones_own(script: Script, manager: Manager) -> None:
    own = doubled(manager)
    _, step, schema, data = script.called(
        key_of(manager.tenant),
        ("getConfig", {"configParams": {"hub": "sample"}}),
        ("getSchema", {"configParams": SAMPLE}),
        wanted(SAMPLE, "video_views", own),
    )
    assert "table" in parameters(step)
    assert "account_ids" not in parameters(step)
    assert {"video_views", own} <= {field["name"] for field in shaped(schema, "schema")["schema"]}
    assert values(data) == [[1000, 2000.0]]


def test_what_cannot_be_answered_is_said_at_the_chart_in_the_services_own_words(
    script: Script, manager: Manager
) -> None:
    _, refused = script.called(key_of(manager.tenant), wanted(OWN, "caption"))
    assert "the table Accounts by day has no field 'caption'" in refused["error"]
