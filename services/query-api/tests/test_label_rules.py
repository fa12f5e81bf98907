"""Auto-label rules: what they are for, applied on demand and to posts as they appear, and what they leave alone."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from common.events import RollupsUpdatedV1

from .label_steps import MANAGING, Labeller, labeller
from .system import NOW, Tenant, until

NewTenant = Callable[[], Tenant]
SECONDS = 60.0


@pytest.fixture
def ours(new_tenant: NewTenant) -> Labeller:
    return labeller(new_tenant())


def rule(ours: Labeller, label_id: str, *conditions: tuple[str, str], **more: object) -> str:
    body = {
        "name": "a rule",
        "label_id": label_id,
        "conditions": [{"field": field, "value": value} for field, value in conditions],
        **more,
    }
    return str(ours.done("POST", "/v1/label-rules", body, status=201)["rule_id"])


def apply(ours: Labeller, rule_id: str, **body: object) -> dict[str, Any]:
    return ours.done("POST", f"/v1/label-rules/{rule_id}/apply", body)


def updated(ours: Labeller, rollups: Sequence[str] = ("post_latest", "post_day")) -> None:
    """What the aggregator tells when rollups of the account changed."""
    ours.tenant.platform.publish(
        RollupsUpdatedV1(
            workspace_id=ours.tenant.workspace_id,
            account_id=ours.account_id,
            rollups=tuple(rollups),
            version=1,
            observed_at=NOW,
        )
    )


def labelled(ours: Labeller, *post_ids: str) -> list[str]:
    return [one for one in post_ids if ours.of(one)["label_ids"]]


CAPTIONS = {
    "p1": "Our new collection #Summer24 #shop",
    "p2": "Winter is coming #summer",
    "p3": "SUMMER sale",
    "p4": "Лето #ЛЕТО",
    "p5": None,
}


@pytest.mark.parametrize(
    ("conditions", "match", "expected"),
    [
        ([("caption", "summer")], "all", ["p1", "p2", "p3"]),
        ([("hashtag", "#SUMMER")], "all", ["p2"]),
        ([("hashtag", "лето")], "all", ["p4"]),
        ([("hashtag", "summer24"), ("caption", "sale")], "any", ["p1", "p3"]),
        ([("hashtag", "shop"), ("caption", "sale")], "all", []),
        ([("format", "photo")], "all", ["p5"]),
        ([("caption", "collection"), ("format", "video")], "all", ["p1"]),
        ([("caption", "' OR 1 = 1 --")], "all", []),
    ],
)
def test_a_rule_is_for_the_posts_its_conditions_say(
    ours: Labeller, conditions: list[tuple[str, str]], match: str, expected: list[str]
) -> None:
    for post_id, caption in CAPTIONS.items():
        ours.posts(post_id, caption=caption, format="photo" if caption is None else "video")
    made = rule(ours, ours.make("Summer"), *conditions, match=match)
    preview = apply(ours, made, preview=True)
    assert (preview["matching"], preview["labelled"]) == (len(expected), 0)
    assert labelled(ours, *CAPTIONS) == []
    assert apply(ours, made) == {"matching": len(expected), "labelled": len(expected), "next_post": None}
    assert labelled(ours, *CAPTIONS) == expected
    assert apply(ours, made)["labelled"] == 0


def test_what_a_person_took_off_a_rule_does_not_put_back_but_a_person_may(ours: Labeller) -> None:
    ours.posts("p1", "p2", caption="summer")
    label = ours.make("Summer")
    made = rule(ours, label, ("caption", "summer"))
    assert apply(ours, made)["labelled"] == 2
    ours.mark("p1", remove=[label])
    assert apply(ours, made)["labelled"] == 0
    assert labelled(ours, "p1", "p2") == ["p2"]
    ours.mark("p1", add=[label])
    assert labelled(ours, "p1", "p2") == ["p1", "p2"]


def test_merged_into_another_a_label_stays_off_and_its_rule_gives_the_other(ours: Labeller) -> None:
    ours.posts("p1", "p2", caption="summer")
    label, other = ours.make("Sommer"), ours.make("Summer")
    made = rule(ours, label, ("caption", "summer"))
    ours.mark("p1", add=[label])
    ours.mark("p1", remove=[label])
    ours.done("POST", f"/v1/labels/{label}/merge", {"into": other})
    assert ours.done("GET", f"/v1/label-rules/{made}")["label_id"] == other
    assert apply(ours, made)["labelled"] == 1
    assert ours.of("p1")["label_ids"] == []
    assert ours.of("p2")["label_ids"] == [other]
    ours.done("DELETE", f"/v1/labels/{other}", status=204)
    assert ours.send("GET", f"/v1/label-rules/{made}").status_code == 404


def test_new_posts_are_labelled_as_they_appear_and_older_ones_are_not(ours: Labeller) -> None:
    before, after = (f"{NOW + timedelta(minutes=step):%F %T}" for step in (-10, 10))
    plan, off = ours.make("Campaign", kind="plan"), ours.make("Off")
    rule(ours, plan, ("hashtag", "summer"))
    rule(ours, off, ("hashtag", "summer"), enabled=False)
    ours.posts("old", caption="#summer", first_observed_at=before)
    ours.posts("new", caption="#summer", first_observed_at=after)
    ours.posts("other", caption="#winter", first_observed_at=after)
    updated(ours, rollups=("account_day",))
    updated(ours)
    until(lambda: ours.of("new")["plan_ids"] == [plan], seconds=SECONDS)
    assert ours.of("new")["label_ids"] == []
    assert ours.of("old")["revision"] == ours.of("other")["revision"] == 0
    ours.mark("new", remove=[plan])
    ours.posts("newer", caption="#summer", first_observed_at=after)
    updated(ours)
    until(lambda: ours.of("newer")["plan_ids"] == [plan], seconds=SECONDS)
    assert ours.of("new")["plan_ids"] == []


@pytest.mark.parametrize(
    ("changed", "parameter"),
    [
        ({"label_id": str(uuid4())}, "label_id"),
        ({"accounts": [str(uuid4())]}, "accounts"),
        ({"conditions": [{"field": "format", "value": "story"}]}, "conditions"),
        ({"conditions": [{"field": "caption", "value": " "}]}, "conditions"),
        ({"conditions": [{"field": "author", "value": "x"}]}, "conditions.0.field"),
        ({"conditions": []}, "conditions"),
        ({"match": "none"}, "match"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_by_name(ours: Labeller, changed: dict[str, object], parameter: str) -> None:
    label = ours.make("Summer")
    body = {"name": "r", "label_id": label, "conditions": [{"field": "caption", "value": "x"}]}
    refused = ours.send("POST", "/v1/label-rules", {**body, **changed})
    assert refused.status_code == 422, refused.text
    assert parameter in [one["parameter"] for one in refused.json()["errors"]]
    made = rule(ours, label, ("caption", "x"))
    assert ours.send("PATCH", f"/v1/label-rules/{made}", changed).status_code == 422


def test_an_asker_limited_to_accounts_rules_only_their_posts(ours: Labeller) -> None:
    other = ours.tenant.connect()
    ours.tenant.until_accounts(2)
    ours.posts("p1", caption="summer")
    ours.posts("o1", caption="summer", account_id=other)
    label = ours.make("Summer")
    everywhere = rule(ours, label, ("caption", "summer"))
    limited = Tenant(platform=ours.tenant.platform, url=ours.tenant.url, workspace_id=ours.tenant.workspace_id)
    limited.publish_key(scopes=MANAGING, accounts=[ours.account_id])
    until(lambda: limited.get("/v1/label-rules").status_code == 200)
    theirs = Labeller(tenant=limited, account_id=ours.account_id)
    assert theirs.done("GET", "/v1/label-rules") == {"rules": []}
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/apply")):
        assert theirs.send(method, f"/v1/label-rules/{everywhere}{path}", {}).status_code == 404
    made = rule(theirs, label, ("caption", "summer"))
    assert theirs.done("GET", f"/v1/label-rules/{made}")["accounts"] == [str(ours.account_id)]
    assert apply(theirs, made) == {"matching": 1, "labelled": 1, "next_post": None}
    assert ours.named()["Summer"]["used_by"] == {"posts": 1, "rules": 2, "named_by": []}
    refused = theirs.send("PATCH", f"/v1/label-rules/{made}", {"accounts": [str(other)]})
    assert refused.status_code == 422
