"""Files of TikTok Studio through the real service: shown, confirmed, told on the topics, undone."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from common.events import KeyScope

from .importing import OVERVIEW, POSTS, Importer, importer, overview
from .system import NOW, Tenant, march, until

NewTenant = Callable[[], Tenant]
LINK = "https://www.tiktok.com/@shop/video/"
CONTENT = '"Time","Video title","Video link","Post time","Total likes","Total comments","Total shares","Total views"'


@pytest.fixture
def ours(new_tenant: NewTenant) -> Importer:
    return importer(new_tenant())


def test_a_preview_shows_what_would_be_written_and_writes_nothing(ours: Importer) -> None:
    ours.tenant.facts(ours.account_id, march(2), video_views=9)
    text = overview(
        '"March 1","1,000","5","","1","0"', '"March 2","7","5","1","1","0"', '"March 3","-7","5","1","1","0"'
    )
    made = ours.previewed(text, file_name="Overview.csv")
    assert (made["file"], made["state"], made["years"], made["file_name"]) == (
        "overview",
        "previewed",
        "inferred",
        "Overview.csv",
    )
    assert (made["total_rows"], made["bad_rows"], made["empty_rows"]) == (3, 1, 0)
    assert (made["first_day"], made["last_day"]) == ("2026-03-01", "2026-03-02")
    first, second = made["figures"]
    assert first["values"] == {"video_views": 1000, "profile_views": 5, "comments": 1, "shares": 0}
    assert (second["from_api"], second["row"]) == (["video_views"], 3)
    assert made["columns"][0] == {"field": "video_views", "rows": 2, "rows_from_api": 1}
    (problem,) = made["problems"]
    assert (problem["row"], problem["column"]) == (4, "video views")
    assert ours.done("GET", f"/{made['import_id']}") == made
    assert ours.told() == []


def test_a_confirmed_import_is_told_as_a_snapshot_with_its_source(ours: Importer) -> None:
    made = ours.previewed(overview('"March 1","7","5","","1","0"', '"March 2","","","","",""'))
    assert (made["empty_rows"], len(made["figures"])) == (1, 1)
    ours.confirmed(made)
    ours.done("POST", f"/{made['import_id']}/confirm")
    (told,) = ours.told()
    assert (told["source"], told["field_set"], told["workspace_id"]) == (
        "studio_csv",
        "studio_overview.v1",
        str(ours.tenant.workspace_id),
    )
    values = {"video_views": 7, "profile_views": 5, "comments": 1, "shares": 0}
    assert told["days"] == [{"date": "2026-03-01", "values": values}]


def test_an_undone_import_is_told_again_with_nothing_in_it(ours: Importer) -> None:
    made = ours.previewed(overview('"March 1","7","5","1","1","0"'))
    ours.confirmed(made)
    ours.undone(made)
    ours.done("DELETE", f"/{made['import_id']}")
    first, last = sorted(ours.told(), key=lambda one: str(one["recorded_at"]))
    assert first["observed_at"] == last["observed_at"]
    assert first["recorded_at"] < last["recorded_at"]
    assert set(last["days"][0]["values"].values()) == {None}
    assert last["field_set"] == "studio_retraction.v1"
    assert ours.send("POST", f"/{made['import_id']}/confirm").status_code == 409


def test_an_upload_that_is_undone_before_it_was_confirmed_was_never_told(ours: Importer) -> None:
    made = ours.previewed(overview('"March 1","7","5","1","1","0"'))
    assert ours.done("DELETE", f"/{made['import_id']}")["state"] == "undone"
    assert ours.send("POST", f"/{made['import_id']}/confirm").status_code == 409
    assert ours.told() == []


def test_imports_of_the_same_moment_are_told_apart(ours: Importer) -> None:
    """The clock of the tests all but stands still, so that both are uploaded at the same millisecond."""
    both = [ours.previewed(overview(f'"March 1","{views}","5","1","1","0"')) for views in (7, 8)]
    for one in both:
        ours.confirmed(one)
    assert len({one["observed_at"] for one in ours.told()}) == 2
    assert [one["import_id"] for one in ours.send("GET").json()["imports"]] == [
        one["import_id"] for one in reversed(both)
    ]


def test_posts_are_told_by_their_id_and_unknown_ones_refused(ours: Importer) -> None:
    known = {"published_at": "2026-02-01 10:00:00", "first_observed_at": "2026-03-02 10:00:00.000"}
    ours.tenant.posts(ours.account_id, [{"post_id": "11", **known}, {"post_id": "12", **known}])
    day = '"March 9"'
    rows = [
        f'{day},"One, two","{LINK}11","February 1","10","2","1","5000"',
        f'{day},"Other","{LINK}99","February 1","10","2","1","5000"',
        f'"March 2","Early","{LINK}12","February 1","10","2","1","5000"',
    ]
    made = ours.previewed("\n".join([CONTENT, *rows]))
    assert [(one["row"], one["column"]) for one in made["problems"]] == [(3, "video link"), (4, "time")]
    ours.confirmed(made)
    (told,) = ours.told(POSTS)
    assert (told["post_id"], told["observed_at"]) == ("11", "2026-03-09T12:00:00.000Z")
    assert told["values"] == {"video_views": 5000, "likes": 10, "comments": 2, "shares": 1}


def test_what_is_no_file_of_studio_is_refused_and_nothing_kept(ours: Importer) -> None:
    for content, media_type, status in (
        ("Datum,Aufrufe\n1,2", "text/csv", 422),
        ("", "text/csv", 422),
        (b"PK\x03\x04" + bytes(100), "text/csv", 422),
        (b"\xff\xfeD\x00", "text/csv", 422),
        ("{}", "application/json", 415),
        (OVERVIEW + "\n" + "x" * (4 * 1024 * 1024), "text/csv", 413),
    ):
        refused = ours.upload(content, media_type=media_type)
        assert refused.status_code == status, refused.text
        assert refused.headers["content-type"] == "application/problem+json"
    assert ours.upload(OVERVIEW, nonsense=1).status_code == 400
    assert ours.upload(OVERVIEW, account_id=uuid4()).status_code == 422
    assert ours.send("GET").json() == {"imports": []}


def test_a_file_without_a_usable_row_is_shown_but_not_confirmed(ours: Importer) -> None:
    made = ours.previewed(overview('"March 1","many","5","1","1","0"'))
    assert (made["bad_rows"], made["figures"], made["first_day"]) == (1, [], None)
    assert ours.send("POST", f"/{made['import_id']}/confirm").status_code == 409


def test_an_import_that_can_not_be_told_fails_and_holds_up_no_other(ours: Importer) -> None:
    broken, whole = [ours.previewed(overview('"March 1","7","5","1","1","0"')) for _ in range(2)]
    with MongoClient[dict[str, Any]](ours.tenant.platform.mongo) as client:
        # As a release that read files otherwise might have left it.
        spoilt = {"$set": {"figures.0.values.video_views": -1}}
        client["query"]["imports"].update_one({"_id": broken["import_id"]}, spoilt)
    for one in (broken, whole):
        ours.done("POST", f"/{one['import_id']}/confirm")
    ours.until_state(broken, "failed")
    ours.until_state(whole, "published")
    assert ours.send("POST", f"/{broken['import_id']}/confirm").status_code == 409
    assert ours.done("DELETE", f"/{broken['import_id']}")["state"] == "undone"
    assert len(ours.told()) == 1


def test_who_may_only_read_uploads_nothing(new_tenant: NewTenant) -> None:
    ours = importer(new_tenant())
    made = ours.previewed(overview('"March 1","7","5","1","1","0"'))
    ours.tenant.publish_key(scopes=(KeyScope.READ,), revision=2)
    until(lambda: ours.upload(OVERVIEW).status_code == 403)
    for method, path in (("POST", f"/{made['import_id']}/confirm"), ("DELETE", f"/{made['import_id']}")):
        assert ours.send(method, path).status_code == 403
    assert ours.done("GET", f"/{made['import_id']}")["state"] == "previewed"


def test_the_days_of_the_tests_are_in_the_past() -> None:
    assert march(9) < NOW.date()
