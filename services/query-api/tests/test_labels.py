"""Labels and plans as people use them, and what the topics tell of it."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from .label_steps import MANAGING, Labeller, labeller, told
from .system import Platform, Tenant, refusal_of, until

NewTenant = Callable[[], Tenant]
LABELS, POST_LABELS = "tiktok.labels.v1", "tiktok.post-labels.v1"


@pytest.fixture
def ours(new_tenant: NewTenant) -> Labeller:
    made = labeller(new_tenant())
    made.posts("p1", "p2", "p3")
    return made


def revisions(platform: Platform, topic: str, *needles: str) -> list[tuple[int, ...]]:
    return [(one["revision"],) for _, one in told(platform, topic, *needles) if one]


def test_a_label_is_made_renamed_and_deleted_and_each_is_told(ours: Labeller, platform: Platform) -> None:
    made = ours.make("Summer ", colour="#FF7A00", description="All of summer")
    card = ours.named()["Summer"]
    assert (card["colour"], card["description"], card["kind"]) == ("#ff7a00", "All of summer", "label")
    assert card["used_by"] == {"posts": 0, "rules": 0, "named_by": []}
    changed = ours.done("PATCH", f"/v1/labels/{made}", {"name": "Winter", "colour": None})
    assert (changed["name"], changed["colour"], changed["description"]) == ("Winter", None, "All of summer")
    ours.done("DELETE", f"/v1/labels/{made}", status=204)
    assert ours.named() == {}
    assert ours.send("GET", f"/v1/labels/{made}").status_code == 404
    until(lambda: len(told(platform, LABELS, made)) == 3)
    heard = [one for _, one in told(platform, LABELS, made) if one]
    assert [(one["revision"], one["name"], one["colour"], one["deleted"]) for one in heard] == [
        (1, "Summer", "#ff7a00", False),
        (2, "Winter", None, False),
        (3, "Winter", None, True),
    ]


def test_a_name_is_one_of_its_kind_whatever_its_case_until_it_is_free_again(ours: Labeller) -> None:
    first = ours.make("Summer")
    ours.make("Summer", kind="plan")
    refused = ours.send("POST", "/v1/labels", {"kind": "label", "name": "SUMMER"})
    assert (refused.status_code, refused.json()["type"]) == (409, "conflict")
    other = ours.make("Winter")
    assert ours.send("PATCH", f"/v1/labels/{other}", {"name": "summer"}).status_code == 409
    ours.done("DELETE", f"/v1/labels/{first}", status=204)
    ours.done("PATCH", f"/v1/labels/{other}", {"name": "summer"})
    assert list(ours.named(kind="label")) == ["summer"]
    assert list(ours.named(kind="plan")) == ["Summer"]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"kind": "label", "name": " "}, "name"),
        ({"kind": "label", "name": "x" * 101}, "name"),
        ({"kind": "label", "name": "a\u0000b"}, "name"),
        ({"kind": "label", "name": "a", "colour": "red"}, "colour"),
        ({"kind": "tag", "name": "a"}, "kind"),
        ({"kind": "label", "name": "a", "description": "x" * 1001}, "description"),
        ({"kind": "label", "name": "a", "size": 1}, "size"),
    ],
)
def test_what_cannot_be_a_label_is_refused_by_name(ours: Labeller, body: object, parameter: str) -> None:
    refused = ours.send("POST", "/v1/labels", body)
    assert refused.status_code == (400 if parameter == "size" else 422)
    assert [one["parameter"] for one in refused.json()["errors"]] == [parameter]
    assert ours.named() == {}


def test_posts_are_marked_in_bulk_and_again_without_effect(ours: Labeller, platform: Platform) -> None:
    label, plan = ours.make("Summer"), ours.make("Campaign", kind="plan")
    first = ours.mark("p1", "p2", add=[label, plan])
    assert [(one["post_id"], one["outcome"]) for one in first] == [("p1", "changed"), ("p2", "changed")]
    assert [one["outcome"] for one in ours.mark("p1", "p2", add=[label])] == ["unchanged"] * 2
    assert [one["outcome"] for one in ours.mark("p1", "p3", remove=[label])] == ["changed", "unchanged"]
    assert ours.of("p1") == {
        "account_id": str(ours.account_id),
        "post_id": "p1",
        "label_ids": [],
        "plan_ids": [plan],
        "revision": 2,
    }
    assert ours.of("p3")["revision"] == 0
    assert ours.named()["Campaign"]["used_by"]["posts"] == 2
    key = f"{ours.account_id}:p1"
    until(lambda: len(told(platform, POST_LABELS, key)) == 2)
    before, after = [one for _, one in told(platform, POST_LABELS, key) if one]
    assert (before["label_ids"], before["plan_ids"], before["revision"]) == ([label], [plan], 1)
    assert (after["label_ids"], after["plan_ids"], after["revision"]) == ([], [plan], 2)
    assert after["channel"] == "tiktok"


def test_merging_gives_the_posts_the_other_and_takes_the_first_away(ours: Labeller, platform: Platform) -> None:
    summer, sommer = ours.make("Summer"), ours.make("Sommer")
    ours.mark("p1", "p2", add=[sommer])
    ours.mark("p2", add=[summer])
    kept = ours.done("POST", f"/v1/labels/{sommer}/merge", {"into": summer})
    assert (kept["name"], kept["used_by"]["posts"]) == ("Summer", 2)
    assert list(ours.named()) == ["Summer"]
    assert ours.of("p1")["label_ids"] == [summer]
    assert ours.of("p2")["label_ids"] == [summer]
    until(lambda: (3,) in revisions(platform, POST_LABELS, f"{ours.account_id}:p2"))
    plan = ours.make("Plan", kind="plan")
    assert ours.send("POST", f"/v1/labels/{summer}/merge", {"into": plan}).status_code == 422
    assert ours.send("POST", f"/v1/labels/{summer}/merge", {"into": summer}).status_code == 422


def test_deleting_takes_it_off_its_posts(ours: Labeller) -> None:
    label = ours.make("Summer")
    ours.mark("p1", "p2", add=[label])
    ours.done("DELETE", f"/v1/labels/{label}", status=204)
    assert ours.of("p1")["label_ids"] == []
    refused = ours.send("POST", "/v1/post-labels", {"posts": _posts(ours, "p1"), "add": [label]})
    assert refused.status_code == 422
    assert "is not a label or plan of this workspace" in refused.json()["detail"]


def _posts(ours: Labeller, *post_ids: str) -> list[dict[str, str]]:
    return [{"account_id": str(ours.account_id), "post_id": one} for one in post_ids]


def test_what_is_not_there_or_not_theirs_is_refused_in_the_same_words(ours: Labeller, new_tenant: NewTenant) -> None:
    theirs = labeller(new_tenant())
    theirs.posts("q1")
    foreign = theirs.make("Foreign")
    label = ours.make("Summer")
    body = {"posts": _posts(ours, "p1"), "add": [foreign]}
    refused, never = (ours.send("POST", "/v1/post-labels", {**body, "add": [one]}) for one in (foreign, str(uuid4())))
    assert (refused.status_code, never.status_code) == (422, 422)
    assert refused.json()["detail"].replace(foreign, "") == never.json()["detail"].replace(
        never.json()["detail"].split("'")[1], ""
    )
    for account_id, post_id in ((theirs.account_id, "q1"), (uuid4(), "q1"), (ours.account_id, "q1")):
        (one,) = ours.mark(post_id, add=[label], account_id=account_id)
        assert (one["outcome"], one["problem"]) == ("refused", "there is no such post in the accounts you may read")
        assert ours.send("GET", f"/v1/post-labels/{account_id}/{post_id}").status_code == 404
    mixed = ours.mark("p1", "nope", "p2", add=[label])
    assert [one["outcome"] for one in mixed] == ["changed", "refused", "changed"]
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/merge")):
        sent = {"into": label} if path else {"name": "Mine"}
        answers = [
            ours.send(method, f"/v1/labels/{one}{path}", sent if method != "GET" else None)
            for one in (foreign, str(uuid4()))
        ]
        assert [one.status_code for one in answers] == [404, 404]
        assert refusal_of(answers[0]) == refusal_of(answers[1])
    assert list(theirs.named()) == ["Foreign"]


def test_to_change_something_takes_the_scope(ours: Labeller, new_tenant: NewTenant) -> None:
    label = ours.make("Summer")
    reader = Tenant(platform=ours.tenant.platform, url=ours.tenant.url, workspace_id=ours.tenant.workspace_id)
    reader.publish_key()
    until(lambda: reader.get("/v1/labels").status_code == 200)
    assert reader.get(f"/v1/labels/{label}").json()["name"] == "Summer"
    for method, path, body in (
        ("POST", "/v1/labels", {"kind": "label", "name": "x"}),
        ("PATCH", f"/v1/labels/{label}", {"name": "x"}),
        ("DELETE", f"/v1/labels/{label}", None),
        ("POST", f"/v1/labels/{label}/merge", {"into": label}),
        ("POST", "/v1/post-labels", {"posts": _posts(ours, "p1"), "add": [label]}),
    ):
        assert ours.send(method, path, body, tenant=reader).status_code == 403, (method, path)
    assert ours.named()["Summer"]["used_by"]["posts"] == 0


def test_an_asker_limited_to_accounts_touches_only_their_posts(ours: Labeller) -> None:
    other = ours.tenant.connect()
    ours.tenant.until_accounts(2)
    ours.posts("o1", account_id=other)
    label = ours.make("Summer")
    ours.mark("p1", add=[label])
    ours.mark("o1", add=[label], account_id=other)
    limited = Tenant(platform=ours.tenant.platform, url=ours.tenant.url, workspace_id=ours.tenant.workspace_id)
    limited.publish_key(scopes=MANAGING, accounts=[ours.account_id])
    until(lambda: limited.get("/v1/labels").status_code == 200)
    theirs = Labeller(tenant=limited, account_id=ours.account_id)
    assert theirs.named()["Summer"]["used_by"]["posts"] == 1
    (one,) = theirs.mark("o1", remove=[label], account_id=other)
    assert one["outcome"] == "refused"
    assert theirs.send("GET", f"/v1/post-labels/{other}/o1").status_code == 404
    refused = theirs.send("DELETE", f"/v1/labels/{label}")
    assert (refused.status_code, refused.json()["type"]) == (409, "conflict")
    assert ours.named()["Summer"]["used_by"]["posts"] == 2
    assert [one["outcome"] for one in theirs.mark("p1", remove=[label])] == ["changed"]
