"""Free questions: what goes together, what is refused and why, what narrows, what an answer says of itself."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from query_api.domain.planning import NEEDS_POST

from .system import Tenant, march

RANGE = {"from": "2026-03-01", "to": "2026-03-05"}
RED, BLUE = uuid4(), uuid4()
POSTS: Sequence[Mapping[str, object]] = [
    {
        "post_id": "1",
        "published_at": "2026-03-01 23:30:00",
        "caption": "Fresh #Bread and #coffee",
        "video_views": 100,
        "likes": 10,
        "comments": 1,
        "shares": 1,
        "reach": 80,
        "video_duration": 10,
    },
    {
        "post_id": "2",
        "published_at": "2026-03-02 08:00:00",
        "caption": "More #bread",
        "format": "photo",
        "video_views": 50,
        "likes": 4,
        "comments": 0,
        "shares": 0,
        "reach": 40,
    },
    {"post_id": "3", "published_at": "2026-03-03 08:00:00", "video_views": 7, "gone_at": "2026-03-05 06:00:00"},
]


@pytest.fixture
def account(tenant: Tenant) -> UUID:
    account = tenant.connect()
    tenant.until_accounts(1)
    tenant.days(account, {march(1): {"video_views": 5, "followers": 9}, march(3): {"video_views": 6, "followers": 8}})
    tenant.posts(account, POSTS)
    tenant.labels(account, {"1": (RED, BLUE), "2": (RED,)})
    return account


def asked(tenant: Tenant, *metrics: str, by: Sequence[str] = (), **more: object) -> dict[str, Any]:
    body = {"metrics": metrics, "dimensions": by, **RANGE, **more}
    answer = tenant.post("/v1/query", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def rows(tenant: Tenant, *metrics: str, by: Sequence[str] = (), **more: object) -> list[list[object]]:
    found = asked(tenant, *metrics, by=by, **more)["rows"]
    assert isinstance(found, list)
    return found


def refusal(tenant: Tenant, *metrics: str, by: Sequence[str] = (), **more: object) -> str:
    answer = tenant.post("/v1/query", {"metrics": metrics, "dimensions": by, **RANGE, **more})
    assert answer.status_code == 422, answer.text
    return str(answer.json()["detail"])


def test_each_metric_is_read_where_it_has_figures(tenant: Tenant, account: UUID) -> None:
    answer = asked(tenant, "video_views", "published_posts", "post_likes", by=["day"])
    assert answer["rows"] == [
        ["2026-03-01", 5, 1, 10],
        ["2026-03-02", None, 1, 4],
        ["2026-03-03", 6, 0, None],
        ["2026-03-04", None, 0, None],
    ]
    assert answer["totals"] == {"video_views": 11, "published_posts": 2, "post_likes": 14}
    by = {column["name"]: column["attribution"] for column in answer["columns"]}
    assert by == {"day": None, "video_views": "activity", "published_posts": "published", "post_likes": "published"}


def test_days_of_publishing_are_the_viewers_and_days_of_activity_are_not(tenant: Tenant, account: UUID) -> None:
    answer = asked(tenant, "video_views", "published_posts", by=["day"], timezone="Asia/Kolkata")
    # 23:30 UTC is 5:00 of the next day.
    assert [row[1:] for row in answer["rows"]] == [[5, 0], [None, 2], [6, 0], [None, 0]]
    assert answer["meta"]["timezone"] == "Asia/Kolkata"
    assert any("Asia/Kolkata" in note for note in answer["meta"]["notes"])


def test_what_narrows_posts_makes_it_a_question_about_posts(tenant: Tenant, account: UUID) -> None:
    assert rows(tenant, "video_views") == [[11]]
    assert rows(tenant, "video_views", formats=["photo"]) == [[50]]
    assert rows(tenant, "video_views", filters={"format": ["photo"]}) == [[50]]
    assert rows(tenant, "video_views", hashtags=["#BREAD"]) == [[150]]
    assert rows(tenant, "video_views", search="fresh") == [[100]]
    assert rows(tenant, "video_views", posts=["2", "nobody"]) == [[50]]
    assert rows(tenant, "video_views", labels=[str(BLUE)]) == [[100]]
    assert rows(tenant, "video_views", labels=[str(uuid4())]) == [[None]]
    assert rows(tenant, "video_views", channels=["elsewhere"]) == [[None]]


def test_a_row_of_what_is_filtered_shows_only_that(tenant: Tenant, account: UUID) -> None:
    both = asked(tenant, "published_posts", by=["label"])
    assert sorted(both["rows"]) == sorted([[str(RED), 2], [str(BLUE), 1]])
    assert both["totals"] == {"published_posts": 2}
    assert rows(tenant, "published_posts", by=["label"], labels=[str(BLUE)]) == [[str(BLUE), 1]]
    assert rows(tenant, "published_posts", by=["hashtag"], hashtags=["coffee"]) == [["coffee", 1]]


def test_gone_posts_count_when_they_are_asked_for(tenant: Tenant, account: UUID) -> None:
    assert rows(tenant, "published_posts", lifecycle="all") == [[3]]
    assert rows(tenant, "published_posts") == [[2]]


def test_people_are_counted_where_nobody_counts_twice(tenant: Tenant, account: UUID) -> None:
    answer = asked(tenant, "post_reach", by=["post_id", "format"])
    assert [column["name"] for column in answer["columns"]] == ["account_id", "post_id", "format", "post_reach"]
    assert [row[1:] for row in answer["rows"]] == [["1", "video", 80], ["2", "photo", 40]]
    assert answer["totals"] == {"post_reach": None}
    assert "count twice" in refusal(tenant, "post_reach")
    assert "ask by Post" in refusal(tenant, "post_reach", by=["format"])


@pytest.mark.parametrize(
    ("metrics", "by", "more", "named"),
    [
        (["net_followers"], ["country"], {}, ["Net Followers", "Country"]),
        (["followers"], ["label"], {}, ["Followers", "Label"]),
        (["followers"], [], {"formats": ["video"]}, ["Followers", "Format"]),
        (["published_posts"], ["label"], {"attribution": "activity"}, ["Published Posts", "activity"]),
        (["followers"], ["day"], {"attribution": "published"}, ["Followers", "published"]),
        (["followers"], ["country"], {"attribution": "published"}, ["Followers", "published"]),
        (["videos_count"], ["day"], {}, ["Videos", "Day"]),
        (["retention"], ["second"], {}, ["Second"]),
        (["followers"], ["country", "day"], {}, ["Country", "Day"]),
        (["post_likes"], ["caption"], {}, ["Caption", "add Post"]),
        (["nonsense"], [], {}, ["nonsense", "/v1/metrics"]),
        (["followers"], ["nonsense"], {}, ["nonsense", "/v1/schema"]),
        ([], [], {}, ["metrics", "/v1/metrics"]),
        (["followers"], [], {"timezone": "Mars/Olympus"}, ["Mars/Olympus", "IANA"]),
        (["followers"], [], {"preset": "last_7_days"}, ["preset", "from or to"]),
        (["followers"], [], {"compare": ["yesteryear"]}, ["yesteryear", "previous_year"]),
        (["post_likes"], [], {"labels": ["red"]}, ["labels", "'red'"]),
        (["post_likes"], [], {"formats": ["gif"]}, ["formats", "'gif'"]),
        (["post_likes"], [], {"filters": {"caption": ["x"]}}, ["filters", "caption"]),
        (["post_likes"], [], {"filters": {"format": ["video"]}, "formats": ["photo"]}, ["format", "twice"]),
    ],
)
def test_what_cannot_be_told_is_refused_by_name(
    tenant: Tenant, account: UUID, metrics: Sequence[str], by: Sequence[str], more: dict[str, object], named: list[str]
) -> None:
    said = refusal(tenant, *metrics, by=by, **more)
    assert [word for word in named if word not in said] == [], said


def test_a_widget_leaves_out_what_its_filter_rules_out_and_says_so(tenant: Tenant, account: UUID) -> None:
    answer = tenant.widget("scorecard", from_="2026-03-01", to="2026-03-05", formats="photo")
    names = [column["name"] for column in answer["columns"]]
    assert "followers" not in names
    assert dict(zip(names, answer["rows"][0], strict=True))["video_views"] == 50
    assert any(note.startswith("Left out: Followers by Format") for note in answer["meta"]["notes"])
    refused = tenant.get("/v1/widgets/followers", formats="photo")
    assert refused.status_code == 422
    assert "Followers by Format" in refused.json()["detail"]


def test_an_answer_explains_its_numbers(tenant: Tenant, account: UUID) -> None:
    tenant.facts(account, march(1), video_views=5)
    (told,) = asked(tenant, "engagement_rate_by_views", explain=True)["explained"]
    assert told["formula"] == "Engagement ÷ Video Views"
    assert "/business/get/ → metrics[].video_views" in told["tiktok_fields"]
    assert (told["attribution"], told["version"]) == ("activity", 1)
    assert told["caveats"]
    assert told["evidence"] == {
        "rollup": "account_day",
        "rows": 2,
        "observations": 1,
        "first_observed_at": "2026-03-10T06:00:00.000Z",
        "last_observed_at": "2026-03-10T06:00:00.000Z",
    }
    assert "explained" not in asked(tenant, "video_views")


def test_pages_of_groups_join_to_the_whole(tenant: Tenant, account: UUID) -> None:
    whole = asked(tenant, "published_posts", by=["hashtag", "format"])["rows"]
    pages: list[object] = []
    cursor: str | None = None
    while True:
        page = asked(tenant, "published_posts", by=["hashtag", "format"], limit=1, cursor=cursor)
        pages += page["rows"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == whole
    assert len(whole) == 3


def test_the_schema_tells_what_goes_together(tenant: Tenant, account: UUID) -> None:
    schema = tenant.get("/v1/schema").json()
    metrics = {metric["slug"]: metric for metric in schema["metrics"]}
    assert "label" in metrics["engagement"]["dimensions"]["activity"]
    assert "week" in metrics["followers"]["dimensions"]["activity"]
    assert {"country", "city"} <= set(metrics["followers"]["dimensions"]["activity"])
    (label,) = (one for one in metrics["followers"]["refused"] if one["dimension"] == "label")
    assert label["reason"].startswith("Followers by Label: ")
    assert metrics["post_reach"]["together"] == [["account_id", "post_id"]]
    assert "last_28_days" in schema["presets"]
    for example in schema["examples"]:
        assert tenant.post("/v1/query", example["query"]).status_code == 200, example["title"]


def test_whatever_the_schema_allows_is_answered(tenant: Tenant, account: UUID) -> None:
    """Every metric by every dimension that it is said to be told by."""
    beside = {"second": ["post_id"], **{one: ["post_id"] for one in NEEDS_POST}}
    by_dimension: dict[tuple[str, str], list[str]] = {}
    for metric in tenant.get("/v1/schema").json()["metrics"]:
        for attribution, dimensions in metric["dimensions"].items():
            for dimension in dimensions:
                by_dimension.setdefault((attribution, dimension), []).append(metric["slug"])
    assert len(by_dimension) > 30
    for (attribution, dimension), metrics in by_dimension.items():
        by = [*beside.get(dimension, []), dimension]
        answer = asked(tenant, *metrics[:50], by=by, attribution=attribution)
        assert [column["name"] for column in answer["columns"] if column["role"] == "metric"] == metrics[:50]
