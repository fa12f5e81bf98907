"""A workspace's own metrics in Looker Studio: fields like the others, that stay right however they are grouped."""

from collections.abc import Callable
from typing import Any

import pytest

from .dashboards import Manager, managing
from .looker import asked, rows, sent
from .system import Tenant, march

NewTenant = Callable[[], Tenant]
# What a metric is asked for by, and the parts of its formula.
Fields = dict[str, dict[str, Any]]


@pytest.fixture
def manager(new_tenant: NewTenant) -> Manager:
    """30 engagements in 300 views, 9 in an unknown number of views, and two posts."""
    made = managing(new_tenant())
    account = made.tenant.connect()
    made.tenant.until_accounts(1)
    made.tenant.days(
        account,
        {
            march(1): {"likes": 8, "comments": 1, "shares": 1, "video_views": 200, "followers": 10},
            march(2): {"likes": 18, "comments": 1, "shares": 1, "video_views": 100, "followers": 12},
            march(4): {"likes": 9, "comments": 0, "shares": 0, "video_views": None, "followers": 13},
        },
    )
    made.tenant.posts(
        account,
        [
            {"post_id": "1", "published_at": "2026-03-01 10:00:00", "likes": 4, "video_views": 40, "reach": 30},
            {"post_id": "2", "published_at": "2026-03-02 10:00:00", "likes": 1, "video_views": 60, "reach": 50},
        ],
    )
    return made


def defined(manager: Manager, formula: str, *, unit: str | None = None) -> dict[str, Any]:
    return manager.made("/v1/metrics", {"slug": "own", "name": "Our Own", "formula": formula, "unit": unit})


def changed(manager: Manager, card: dict[str, Any], **change: object) -> dict[str, Any]:
    custom = card["custom"]
    body = {name: custom[name] for name in ("slug", "formula", "version")} | {"name": card["name"]} | change
    answer = manager.send("PUT", f"/v1/metrics/{custom['id']}", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def fields(manager: Manager, slug: str, *, table: str = "account_days") -> Fields:
    """The metric's field and its parts, as the table describes them."""
    schema = asked(manager.tenant, "schema", {"configParams": {"hub": "user", "table": table}})["schema"]
    return {field["name"]: field for field in schema if field["name"].startswith(slug)}


def parts(found: Fields) -> list[str]:
    return [name for name, field in found.items() if field.get("isHidden")]


def version(manager: Manager, path: str, body: object) -> str:
    answer = manager.send("POST", f"/looker/v1/{path}", body)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["X-Schema-Version"])


def test_a_ratio_is_a_formula_over_hidden_parts_that_add_up(manager: Manager) -> None:
    card = defined(manager, "engagement / video_views * 100", unit="percent")
    found = fields(manager, card["slug"])
    field, (upper, lower) = found[card["slug"]], parts(found)
    assert (field["label"], field["group"]) == ("Our Own", "Your own figures")
    assert field["formula"] == f"SUM({upper}) / SUM({lower}) * 100"
    assert (field["defaultAggregationType"], field["semantics"]["isReaggregatable"]) == ("AUTO", False)
    assert field["semantics"]["semanticType"] == "NUMBER", "Looker Studio would multiply a percentage by 100 again"
    assert [found[part]["defaultAggregationType"] for part in (upper, lower)] == ["SUM", "SUM"]
    by_day = rows(manager.tenant, "day", upper, lower)
    # The day whose views are not known counts on neither side.
    assert by_day == [["20260301", 10, 200], ["20260302", 20, 100], ["20260303", None, None], ["20260304", None, None]]
    assert rows(manager.tenant, upper, lower) == [[30, 300]]
    assert rows(manager.tenant, "month", card["slug"]) == [["202603", pytest.approx(10.0)]]


def test_a_share_is_shown_as_one(manager: Manager) -> None:
    card = defined(manager, "engagement / video_views", unit="share")
    field = fields(manager, card["slug"])[card["slug"]]
    assert field["semantics"]["semanticType"] == "PERCENT"


def test_ratios_and_signs_in_a_formula_are_put_as_looker_studio_reads_them(manager: Manager) -> None:
    card = defined(manager, "-engagement_rate_by_views * 2 + 1 / published_posts")
    found = fields(manager, card["slug"], table="posts")
    names = {part.rsplit("_", 1)[-1]: part for part in parts(found)}
    formula = found[card["slug"]]["formula"]
    assert formula.startswith("(0 - SUM(")
    assert formula.endswith(f" * 2 + 1 / SUM({names['posts']})")
    assert fields(manager, card["slug"]) == {}, "days have no posts"


def test_what_adds_up_over_nothing_is_asked_anew_for_every_grouping(manager: Manager) -> None:
    followers = defined(manager, "engagement / followers")
    (field,) = fields(manager, followers["slug"]).values()
    assert "formula" not in field
    assert (field["defaultAggregationType"], field["semantics"]["isReaggregatable"]) == ("AUTO", False)
    assert rows(manager.tenant, "month", followers["slug"]) == [["202603", pytest.approx(39 / 13)]]


def test_people_of_several_posts_say_why(manager: Manager) -> None:
    card = defined(manager, "post_reach / 2")
    refused = sent(manager.tenant, card["slug"], table="posts")
    assert refused.status_code == 422
    assert "counts people" in refused.json()["detail"]
    assert sorted(rows(manager.tenant, "post_id", card["slug"], table="posts")) == [["1", 15.0], ["2", 25.0]]


def test_another_formula_is_another_schema_and_its_old_parts_are_refused(manager: Manager) -> None:
    card, chosen = defined(manager, "video_views * 2"), {"configParams": {"hub": "user", "table": "account_days"}}
    before, stale = version(manager, "schema", chosen), parts(fields(manager, card["slug"]))
    named = changed(manager, card, name="Renamed")
    assert parts(fields(manager, card["slug"])) == stale, "a chart goes on when the metric is renamed"
    changed(manager, named, formula="video_views * 3")
    after = version(manager, "schema", chosen)
    assert after != before
    assert version(manager, "data", {**chosen, "fields": [{"name": card["slug"]}]}) == after
    assert rows(manager.tenant, card["slug"]) == [[900.0]]
    refused = sent(manager.tenant, *stale, table="account_days")
    assert refused.status_code == 422
    assert "refresh the fields" in refused.text


def test_a_metric_deleted_is_an_unknown_field(manager: Manager) -> None:
    card = defined(manager, "video_views * 2")
    gone = [card["slug"], *parts(fields(manager, card["slug"]))]
    assert manager.send("DELETE", f"/v1/metrics/{card['custom']['id']}").status_code == 204
    assert fields(manager, card["slug"]) == {}
    for name in gone:
        refused = sent(manager.tenant, name, table="account_days")
        assert refused.status_code == 422
        assert f"the table Accounts by day has no field '{name[:60]}'" in refused.json()["detail"]


def test_another_workspace_has_no_such_field(manager: Manager, tenant: Tenant) -> None:
    card = defined(manager, "video_views * 2")
    tenant.until_accounts(0)
    refused = sent(tenant, card["slug"], table="account_days")
    assert refused.status_code == 422
    assert "no field" in refused.json()["detail"]
