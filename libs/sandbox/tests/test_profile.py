"""GET /business/get/: defaults, dates, latency, scopes, gates and the two follower series."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.runtime.clock import FileClock, jump_clock, set_clock
from sandbox.bootstrap import open_sandbox
from sandbox.domain import frontier, profile, timeline
from sandbox.domain.frontier import Group
from sandbox.domain.world import World
from sandbox.settings import SandboxSettings

PATH = "/open_api/v1.3/business/get/"
COFFEE, MARLOW, JONAS, HARBOUR = "northlight.coffee", "marlow.interiors", "jonas.bakes", "harbour.pottery"
# The clock starts at 2026-03-10T09:30Z.
CLICKS = {
    "bio_link_clicks",
    "email_clicks",
    "phone_number_clicks",
    "address_clicks",
    "app_download_clicks",
    "lead_submissions",
}
DEMOGRAPHICS = {"audience_ages", "audience_genders", "audience_countries", "audience_cities"}
BUSINESS_ONLY = {
    "unique_video_views",
    "engaged_audience",
    "daily_total_followers",
    "daily_new_followers",
    "daily_lost_followers",
}

Connect = Callable[..., Awaitable[dict[str, str]]]


async def ask(tiktok: httpx.AsyncClient, token: dict[str, str], params: dict[str, str]) -> httpx.Response:
    headers = {"Access-Token": token["access_token"]}
    reply = await tiktok.get(PATH, params={"business_id": token["open_id"], **params}, headers=headers)
    assert reply.status_code == 200
    return reply


async def get(
    tiktok: httpx.AsyncClient, token: dict[str, str], fields: list[str] | None = None, **dates: str
) -> httpx.Response:
    named = {"fields": json.dumps(fields)} if fields is not None else {}
    return await ask(tiktok, token, {**named, **dates})


async def data(
    tiktok: httpx.AsyncClient, token: dict[str, str], fields: list[str] | None = None, **dates: str
) -> dict[str, object]:
    envelope = (await get(tiktok, token, fields, **dates)).json()
    assert (envelope["code"], envelope["message"]) == (0, "OK")
    found: dict[str, object] = envelope["data"]
    return found


def days_of(found: dict[str, object]) -> dict[str, dict[str, Any]]:
    # Any: the items of `metrics` hold figures, a date and a list.
    metrics = found["metrics"]
    assert isinstance(metrics, list)
    return {item["date"]: item for item in metrics}


async def whole(tiktok: httpx.AsyncClient, token: dict[str, str]) -> dict[str, object]:
    return await data(tiktok, token, list(profile.ALL_FIELDS), start_date="2026-01-09", end_date="2026-03-10")


async def test_envelope_and_headers(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    reply = await get(tiktok, await connect(COFFEE))
    request_id = reply.json()["request_id"]
    assert len(request_id) == 34
    assert request_id.startswith("20260310093000")
    assert reply.headers["x-tt-logid"] == request_id


async def test_default_fields_are_name_and_picture(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    found = await data(tiktok, await connect(COFFEE))
    assert set(found) == {"display_name", "profile_image"}
    assert found["display_name"] == "Northlight Coffee"


async def test_default_dates_are_the_seven_days_before_today(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    days = days_of(await data(tiktok, await connect(COFFEE), ["video_views"]))
    assert min(days) == "2026-03-03"
    assert max(days) in ("2026-03-07", "2026-03-08")


async def test_dates_are_inclusive_utc_days(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    found = await data(tiktok, await connect(COFFEE), ["likes"], start_date="2026-02-01", end_date="2026-02-03")
    assert list(days_of(found)) == ["2026-02-01", "2026-02-02", "2026-02-03"]
    assert all(set(item) == {"date", "likes"} for item in days_of(found).values())


async def test_figures_equal_the_truth(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    truth = (await tiktok.get("/_sandbox/truth", params={"open_id": token["open_id"]})).json()["days"]
    happened = {day["date"]: day for day in truth}
    # The last days are still restated.
    shown = {day: item for day, item in days_of(await whole(tiktok, token)).items() if day < "2026-03-01"}
    assert len(shown) >= 50
    same = (
        "video_views",
        "likes",
        "comments",
        "shares",
        "profile_views",
        "unique_video_views",
        *CLICKS - {"lead_submissions"},
    )
    for day, item in shown.items():
        assert {name: happened[day][name] for name in same if name in item} == {n: item[n] for n in same if n in item}
        if "followers_count" in item:
            assert item["followers_count"] == happened[day]["followers_total"]
            assert item["daily_total_followers"] == happened[day]["net_followers"]


async def test_a_day_is_restated_for_two_days_and_more_until_it_is_the_truth(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    asked = ["video_views", "unique_video_views", "likes", "daily_new_followers"]
    looks: list[tuple[int, dict[str, int]]] = []
    for hours in range(0, 9 * 24, 6):
        token = await connect(COFFEE)
        found = days_of(await data(tiktok, token, asked, start_date="2026-03-09", end_date="2026-03-09"))
        looks += [(hours, item) for item in found.values() if set(item) == {"date", *asked}]
        jump_clock(clock_file, timedelta(hours=6))
    params = {"open_id": token["open_id"], "from": "2026-03-09", "to": "2026-03-10"}
    (truth,) = (await tiktok.get("/_sandbox/truth", params=params)).json()["days"]
    last = looks[-1][1]
    assert {name: last[name] for name in asked} == {name: truth[name] for name in asked}
    for name in asked:
        changed = [hours for hours, item in looks if item[name] != truth[name]]
        final = [hours for hours, item in looks if item[name] == truth[name]]
        if name == "daily_new_followers":
            assert not changed
        else:
            assert max(changed) - looks[0][0] >= 36
            assert max(changed) < max(final)
            assert 4 <= len({item[name] for _, item in looks}) <= 9
            assert all(0.9 < item[name] / truth[name] < 1.03 for _, item in looks)
    assert all(item["unique_video_views"] <= item["video_views"] for _, item in looks)


async def test_the_floor_is_sixty_days_back(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    days = days_of(await data(tiktok, token, ["likes"], start_date="2025-06-01", end_date="2026-03-09"))
    assert min(days) == "2026-01-09"
    before = await data(tiktok, token, ["likes"], start_date="2025-06-01", end_date="2025-06-05")
    assert before["metrics"] == []


async def test_groups_of_figures_appear_at_their_own_hour(
    tiktok: httpx.AsyncClient, connect: Connect, world: World, clock_file: Path
) -> None:
    account = world.accounts[0]
    day = timeline.day_number(date(2026, 3, 9))
    views, followers = (frontier.day_available_at(account, day, group) for group in (Group.VIEWS, Group.FOLLOWERS))
    for moment in sorted({views - 1, views, followers - 1, followers}):
        set_clock(clock_file, now=timeline.instant_of(moment))
        token = await connect(COFFEE)
        asked = ["video_views", "daily_new_followers"]
        item = days_of(await data(tiktok, token, asked, start_date="2026-03-09", end_date="2026-03-09")).get(
            "2026-03-09", {}
        )
        assert ("video_views" in item, "daily_new_followers" in item) == (moment >= views, moment >= followers)


async def test_real_time_followers_meet_the_total_of_the_day_at_its_end(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    set_clock(clock_file, now=datetime(2026, 3, 11, tzinfo=UTC))
    at_midnight = (await data(tiktok, await connect(COFFEE), ["followers_count"]))["followers_count"]
    jump_clock(clock_file, timedelta(days=3))
    found = await data(tiktok, await connect(COFFEE), ["followers_count"])
    assert days_of(found)["2026-03-10"]["followers_count"] == at_midnight
    assert set(days_of(found)["2026-03-10"]) == {"date", "followers_count"}


async def test_the_swapped_account_carries_the_net_in_followers_count(
    tiktok: httpx.AsyncClient, connect: Connect
) -> None:
    for username, total, net in (
        (COFFEE, "followers_count", "daily_total_followers"),
        (MARLOW, "daily_total_followers", "followers_count"),
    ):
        found = await whole(tiktok, await connect(username))
        items = [item for item in days_of(found).values() if total in item]
        assert len(items) >= 57
        for before, after in pairwise(items):
            assert after[net] == after["daily_new_followers"] - after["daily_lost_followers"]
            assert after[total] == before[total] + after[net]
        real_time = found["followers_count"]
        assert isinstance(real_time, int)
        assert abs(items[-1][total] - real_time) < real_time * 0.05


@pytest.mark.parametrize(
    ("username", "daily_missing", "top_missing"),
    [
        (COFFEE, set(), set()),
        (MARLOW, CLICKS, set()),
        (JONAS, CLICKS | BUSINESS_ONLY | {"audience_activity"}, set()),
        (HARBOUR, CLICKS | {"audience_activity"}, DEMOGRAPHICS),
    ],
)
async def test_gates(
    tiktok: httpx.AsyncClient, connect: Connect, username: str, daily_missing: set[str], top_missing: set[str]
) -> None:
    found = await whole(tiktok, await connect(username))
    daily = {field.name for field in profile.DAILY} | {"date"}
    assert set(days_of(found)["2026-02-01"]) == daily - daily_missing
    real_time = {field.name for field in profile.REAL_TIME}
    assert set(found) == real_time | {"metrics"} | (DEMOGRAPHICS - top_missing)
    assert found["is_business_account"] is (username != JONAS)


async def test_demographics_are_fractions_of_at_most_the_whole(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    found = await whole(tiktok, await connect(COFFEE))
    for name in DEMOGRAPHICS:
        rows = found[name]
        assert isinstance(rows, list)
        assert 0.3 < sum(row["percentage"] for row in rows) <= 1.0 + 1e-9
    hours = days_of(found)["2026-02-01"]["audience_activity"]
    assert [row["hour"] for row in hours] == [str(hour) for hour in range(24)]


async def test_fields_without_their_scope_are_left_out(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    asked = ["followers_count", "username", "video_views", "audience_ages", "display_name"]
    stats = await data(tiktok, await connect(COFFEE, ["user.info.stats"]), asked)
    assert set(stats) == {"followers_count"}
    insights = await data(tiktok, await connect(COFFEE, ["user.insights"]), asked)
    assert set(insights) == {"metrics", "audience_ages"}
    assert "followers_count" in days_of(insights)["2026-03-05"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"fields": '["video_count"]'}, "video_count"),
        ({"fields": '["likes", "likes_count", "nope"]'}, "likes_count, nope"),
        ({"fields": "likes"}, "fields: not valid JSON"),
        ({"fields": '"likes"'}, "fields: must be a JSON array"),
        ({"fields": "[1]"}, "fields: must be a JSON array"),
        ({"fields": "[]"}, "fields: must name"),
        ({"start_date": "2026-3-1"}, "start_date: not a date"),
        ({"start_date": "20260301"}, "start_date: not a date"),
        ({"end_date": "2026-02-30"}, "end_date: not a date"),
        ({"start_date": "2026-03-08", "end_date": "2026-03-07"}, "start_date: must not be after"),
        ({"business_id": ""}, "business_id"),
    ],
)
async def test_a_wrong_parameter_is_named(
    tiktok: httpx.AsyncClient, connect: Connect, params: dict[str, str], said: str
) -> None:
    envelope = (await ask(tiktok, await connect(COFFEE), params)).json()
    assert (envelope["code"], envelope["data"]) == (40002, {})
    assert said in envelope["message"]


async def test_switches_change_what_no_page_settles(
    settings: SandboxSettings, clock_file: Path, connect: Connect, tiktok: httpx.AsyncClient
) -> None:
    strict = settings.model_copy(
        update={"sandbox_missing_value": "null", "sandbox_missing_scope": "error", "sandbox_before_floor": "error"}
    )
    token, narrow = await connect(JONAS), await connect(JONAS, ["user.info.basic"])
    with open_sandbox(strict, FileClock(clock_file)) as sandbox:
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tiktok.test") as other:
            item = days_of(await data(other, token, ["likes", "email_clicks"]))["2026-03-05"]
            assert item["likes"] is not None
            assert item["email_clicks"] is None
            assert (await get(other, token, ["likes"], start_date="2026-01-08")).json()["code"] == 40002
            refused = (await get(other, narrow, ["likes", "display_name"])).json()
            assert (refused["code"], "likes" in refused["message"]) == (40001, True)


async def test_without_the_slash_there_is_nothing(tiktok: httpx.AsyncClient) -> None:
    reply = await tiktok.get(PATH.rstrip("/"))
    assert (reply.status_code, reply.text) == (404, "404 page not found")
