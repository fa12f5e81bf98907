"""The calendar and a post's results panel, on the real warehouse."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from .label_steps import Labeller, labeller
from .system import Tenant, march, refusal_of, until

NewTenant = Callable[[], Tenant]


@pytest.fixture
def ours(new_tenant: NewTenant) -> Labeller:
    return labeller(new_tenant())


def calendar(ours: Labeller, **parameters: object) -> dict[str, Any]:
    answer = ours.tenant.get("/v1/calendar", **parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def days(answer: dict[str, Any]) -> dict[str, list[str]]:
    return {day["day"]: [post["post_id"] for post in day["posts"]] for day in answer["days"]}


def published(ours: Labeller, **posts: str) -> None:
    for post_id, moment in posts.items():
        ours.posts(post_id, published_at=moment)


def test_posts_stand_on_their_day_with_everything_a_card_shows(ours: Labeller) -> None:
    ours.posts(
        "p1",
        caption="Hello",
        thumbnail_url="https://x.test/t.jpg",
        share_url="https://x.test/p1",
        gone_at="2026-03-05 10:00:00.000",
    )
    ours.tenant.platform.insert(
        "lifecycle_facts",
        [
            {
                "workspace_id": ours.tenant.workspace_id,
                "account_id": ours.account_id,
                "channel": "tiktok",
                "post_id": "p1",
                "observed_at": "2026-03-05 10:00:00.000",
                "recorded_at": "2026-03-05 10:00:00.000",
                "source": "api",
                "change": "gone",
                "why": "missing in two full listings",
            }
        ],
    )
    label, plan = ours.make("Summer", colour="#00ff00"), ours.make("Campaign", kind="plan")
    ours.mark("p1", add=[label, plan])
    answer = calendar(ours)
    assert (answer["from"], answer["to"], answer["timezone"]) == ("2026-02-09", "2026-03-11", "UTC")
    assert answer["days"] == [
        {
            "day": "2026-03-01",
            "posts": [
                {
                    "account_id": str(ours.account_id),
                    "post_id": "p1",
                    "channel": "tiktok",
                    "published_at": "2026-03-01T10:00:00.000Z",
                    "format": "video",
                    "caption": "Hello",
                    "thumbnail_url": "https://x.test/t.jpg",
                    "share_url": "https://x.test/p1",
                    "status": "gone",
                    "gone_at": "2026-03-05T10:00:00.000Z",
                    "gone_why": "missing in two full listings",
                    "labels": [{"label_id": label, "name": "Summer", "colour": "#00ff00"}],
                    "plans": [{"label_id": plan, "name": "Campaign", "colour": None}],
                }
            ],
        }
    ]


def test_a_day_is_the_viewers(ours: Labeller) -> None:
    published(ours, early="2026-03-01 18:29:59", late="2026-03-01 18:30:00", summer="2026-03-29 01:30:00")
    of = {"from_": "2026-03-01", "to": "2026-03-03"}
    assert days(calendar(ours, **of)) == {"2026-03-01": ["early", "late"]}
    kolkata = calendar(ours, **of, timezone="Asia/Kolkata")
    assert days(kolkata) == {"2026-03-01": ["early"], "2026-03-02": ["late"]}
    assert days(calendar(ours, from_="2026-03-02", to="2026-03-03", timezone="Asia/Kolkata")) == {
        "2026-03-02": ["late"]
    }
    # The day on which clocks go forward has 23 hours.
    berlin = {"from_": "2026-03-29", "to": "2026-03-30", "timezone": "Europe/Berlin"}
    published(ours, after="2026-03-29 22:00:00", before="2026-03-28 22:59:59")
    assert days(calendar(ours, **berlin)) == {"2026-03-29": ["summer"]}


def test_without_a_zone_it_is_the_workspaces(ours: Labeller) -> None:
    published(ours, late="2026-03-01 20:00:00")
    ours.tenant.publish_members(uuid4(), timezone="Asia/Kolkata")
    until(lambda: calendar(ours)["timezone"] == "Asia/Kolkata")
    assert days(calendar(ours)) == {"2026-03-02": ["late"]}


def test_filters_choose_posts(ours: Labeller) -> None:
    other = ours.tenant.connect()
    ours.tenant.until_accounts(2)
    published(ours, p1="2026-03-01 10:00:00", p2="2026-03-02 10:00:00", p3="2026-03-03 10:00:00")
    ours.posts("photo", format="photo")
    ours.posts("o1", account_id=other)
    red, blue, plan = ours.make("Red"), ours.make("Blue"), ours.make("Plan", kind="plan")
    ours.mark("p1", "p2", add=[red])
    ours.mark("p2", "p3", add=[plan])
    ours.mark("p3", add=[blue])
    for expected, parameters in (
        ({"p1", "p2"}, {"labels": red}),
        ({"p1", "p2", "p3"}, {"labels": f"{red},{blue}"}),
        ({"p2"}, {"labels": red, "plans": plan}),
        (set(), {"labels": red, "formats": "photo"}),
        ({"photo"}, {"formats": "photo"}),
        ({"o1"}, {"accounts": other}),
        (set(), {"channels": "instagram"}),
        ({"p1", "p2", "p3", "photo", "o1"}, {"channels": "tiktok"}),
    ):
        found = {post for posts in days(calendar(ours, **parameters)).values() for post in posts}
        assert found == expected, parameters


def test_pages_hold_every_post_once(ours: Labeller) -> None:
    names = [f"p{number:02}" for number in range(12)]
    for number, name in enumerate(names):
        ours.posts(name, published_at=f"2026-03-0{1 + number // 4} 10:00:00")
    label = ours.make("Summer")
    ours.mark(*names[::3], add=[label])
    for parameters, expected in (({"limit": 5}, names), ({"limit": 1, "labels": label}, names[::3])):
        seen: list[str] = []
        answer = calendar(ours, **parameters)
        while True:
            seen += [post for posts in days(answer).values() for post in posts]
            if answer["next_cursor"] is None:
                break
            answer = calendar(ours, **parameters, cursor=answer["next_cursor"])
        assert seen == expected


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"from_": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"accounts": str(uuid4())}, "accounts"),
        ({"accounts": "x"}, "accounts"),
        ({"labels": str(uuid4())}, "labels"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"size": 1}, "size"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(ours: Labeller, parameters: dict[str, object], parameter: str) -> None:
    refused = ours.tenant.get("/v1/calendar", **parameters)
    assert refused.status_code == (400 if parameter == "size" else 422), refused.text
    assert [one["parameter"] for one in refused.json()["errors"]] == [parameter]


def table(part: dict[str, Any]) -> list[dict[str, Any]]:
    names = [column["name"] for column in part["columns"]]
    return [dict(zip(names, row, strict=True)) for row in part["rows"]]


def test_the_panel_shows_every_figure_growth_curve_and_source(ours: Labeller) -> None:
    ours.posts(
        "p1",
        first_observed_at="2026-03-01 11:00:00.000",
        video_views=200,
        likes=20,
        comments=3,
        shares=2,
        reach=150,
        full_video_watched_rate=0.25,
        total_time_watched=1000.0,
        video_duration=12.5,
        favorites=4,
        impression_sources={"For You": 0.75, "Follow": 0.25},
        video_view_retention={"0": 1.0, "1": 0.5},
        engagement_likes={"1": 0.125},
    )
    ours.posts("other", video_views=999, impression_sources={"Search": 1.0})
    grown = {"workspace_id": ours.tenant.workspace_id, "account_id": ours.account_id, "channel": "tiktok"}
    state = {"post_id": "p1", "version": 1, "is_deleted": 0}
    ours.tenant.platform.insert(
        "post_day",
        [
            {**grown, **state, "day": march(1), "video_views": 120, "likes": 12, "estimated": []},
            {**grown, **state, "day": march(2), "video_views": 80, "likes": 8, "estimated": ["video_views"]},
            {**grown, **state, "day": march(3), "estimated": []},
        ],
    )
    label = ours.make("Summer")
    ours.mark("p1", add=[label])
    answer = ours.done("GET", f"/v1/posts/{ours.account_id}/p1")
    assert [one["name"] for one in answer["post"]["labels"]] == ["Summer"]
    assert answer["as_of"] == "2026-03-10T06:00:00.000Z"
    (figures,) = table(answer["figures"])
    assert figures["post_video_views"] == 200
    assert (figures["engagement"], figures["post_completion_rate"]) == (25, 0.25)
    assert (figures["post_average_watch_time"], figures["post_video_length"]) == (5.0, 12.5)
    assert (figures["favorites"], figures["engagement_rate_by_views"]) == (4, 0.125)
    assert figures["website_clicks"] is None
    units = {column["name"]: column["unit"] for column in answer["figures"]["columns"]}
    assert (units["post_completion_rate"], units["post_video_length"]) == ("share", "seconds")
    growth = table(answer["growth"])
    assert [(one["day"], one["post_video_views"], one["post_likes"]) for one in growth] == [
        ("2026-03-01", 120, 12),
        ("2026-03-02", 80, 8),
        ("2026-03-03", None, None),
    ]
    told = {
        (metric, one["status"]): (one["from"], one["to"])
        for one in answer["growth"]["coverage"]
        for metric in one["metrics"]
    }
    assert told["post_video_views", "estimated"] == ("2026-03-02", "2026-03-03")
    assert ("post_likes", "estimated") not in told
    assert table(answer["retention"]) == [
        {"second": 0, "retention": 1.0, "likes_by_second": None},
        {"second": 1, "retention": 0.5, "likes_by_second": 0.125},
    ]
    assert [column["name"] for column in answer["retention"]["columns"]] == ["second", "retention", "likes_by_second"]
    assert table(answer["traffic_sources"]) == [
        {"traffic_source": "For You", "impression_share": 0.75},
        {"traffic_source": "Follow", "impression_share": 0.25},
    ]


def test_the_panel_says_the_same_as_the_post_explorer(ours: Labeller) -> None:
    ours.posts("p1", video_views=200, likes=20, comments=3, shares=2, reach=150, total_time_watched=1000.0)
    widget = ours.tenant.widget("post_explorer", from_="2026-03-01", to="2026-03-02")
    (explored,) = table(widget)
    (figures,) = table(ours.done("GET", f"/v1/posts/{ours.account_id}/p1")["figures"])
    of_a_post = {column["name"] for column in widget["columns"] if column["role"] == "metric"}
    assert len(of_a_post) >= 10
    assert {name: figures[name] for name in of_a_post} == {name: explored[name] for name in of_a_post}


def test_a_post_of_nobody_and_one_of_others_are_the_same(ours: Labeller, new_tenant: NewTenant) -> None:
    theirs = labeller(new_tenant())
    theirs.posts("q1")
    refused = [
        ours.send("GET", f"/v1/posts/{account_id}/{post_id}")
        for account_id, post_id in (
            (theirs.account_id, "q1"),
            (uuid4(), "q1"),
            (ours.account_id, "q1"),
            (ours.account_id, "' OR 1=1 --"),
        )
    ]
    assert [one.status_code for one in refused] == [404] * 4
    assert all(refusal_of(one) == refusal_of(refused[0]) for one in refused)
    assert days(calendar(ours)) == {}
