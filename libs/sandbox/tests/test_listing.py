"""GET /business/video/list/: pages and cursors, fields and their latency, posts that are gone or never shown."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

import httpx
import pytest

from common.runtime.clock import FileClock, jump_clock, set_clock
from sandbox.bootstrap import open_sandbox
from sandbox.domain import listing, timeline
from sandbox.domain.world import World
from sandbox.settings import SandboxSettings

PATH = "/open_api/v1.3/business/video/list/"
COFFEE, MARLOW, JONAS, HARBOUR = "northlight.coffee", "marlow.interiors", "jonas.bakes", "harbour.pottery"
REGISTERED_ONLY = {
    "website_clicks",
    "phone_number_clicks",
    "lead_submissions",
    "app_download_clicks",
    "email_clicks",
    "address_clicks",
}
PAUSING = {
    "reach",
    "full_video_watched_rate",
    "total_time_watched",
    "average_time_watched",
    "impression_sources",
    "audience_countries",
}
PLAIN = {"likes", "comments", "shares", "favorites", "video_views"}

Connect = Callable[..., Awaitable[dict[str, str]]]


class Page(TypedDict):
    videos: list[dict[str, object]]
    cursor: int
    has_more: bool


async def get(tiktok: httpx.AsyncClient, token: dict[str, str], **params: object) -> httpx.Response:
    texts = {name: value if isinstance(value, str | int) else json.dumps(value) for name, value in params.items()}
    headers = {"Access-Token": token["access_token"]}
    reply = await tiktok.get(PATH, params={"business_id": token["open_id"], **texts}, headers=headers)
    assert reply.status_code == 200
    return reply


async def page(tiktok: httpx.AsyncClient, token: dict[str, str], **params: object) -> Page:
    envelope = (await get(tiktok, token, **params)).json()
    assert envelope["code"] == 0, envelope
    found: Page = envelope["data"]
    assert set(found) == {"videos", "cursor", "has_more"}
    return found


async def walk(tiktok: httpx.AsyncClient, token: dict[str, str], fields: list[str], max_count: int = 20) -> list[Page]:
    pages = [await page(tiktok, token, fields=fields, max_count=max_count)]
    while pages[-1]["has_more"]:
        pages.append(await page(tiktok, token, fields=fields, max_count=max_count, cursor=pages[-1]["cursor"]))
    return pages


async def every_post(tiktok: httpx.AsyncClient, token: dict[str, str]) -> dict[str, dict[str, object]]:
    pages = await walk(tiktok, token, list(listing.ALL_FIELDS))
    return {str(video["item_id"]): video for found in pages for video in found["videos"]}


async def test_the_default_page_is_ten_ids(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    found = await page(tiktok, await connect(COFFEE))
    assert len(found["videos"]) in (9, 10)
    assert all(set(video) == {"item_id"} for video in found["videos"])
    assert all(isinstance(video["item_id"], str) for video in found["videos"])
    assert found["has_more"] is True


@pytest.mark.parametrize(("username", "max_count"), [(COFFEE, 20), (COFFEE, 7), (MARLOW, 20), (HARBOUR, 1)])
async def test_a_walk_meets_every_listed_post_once_newest_first(
    tiktok: httpx.AsyncClient, connect: Connect, world: World, username: str, max_count: int
) -> None:
    token = await connect(username)
    pages = await walk(tiktok, token, ["item_id", "create_time"], max_count)
    seen = [video for found in pages for video in found["videos"]]
    visible = (await tiktok.get("/_sandbox/visible", params={"open_id": token["open_id"]})).json()
    assert [video["item_id"] for video in seen] == [video["item_id"] for video in visible["video_list"]["videos"]]
    moments = [int(str(video["create_time"])) for video in seen]
    assert moments == sorted(moments, reverse=True)
    assert len({video["item_id"] for video in seen}) == len(seen)
    for found in pages:
        assert len(found["videos"]) <= max_count
        assert all(int(str(video["create_time"])) * 1000 >= found["cursor"] for video in found["videos"])
    if username == COFFEE:
        assert len(seen) > 200
        assert any(len(found["videos"]) < max_count and found["has_more"] for found in pages)


async def test_the_cursor_is_exclusive(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    first, second = (await page(tiktok, token, fields=["item_id", "create_time"], max_count=2))["videos"]
    moment = int(str(first["create_time"])) * 1000
    at_it = await page(tiktok, token, cursor=moment, max_count=1)
    after_it = await page(tiktok, token, cursor=moment + 1, max_count=1)
    assert at_it["videos"] == [{"item_id": second["item_id"]}]
    assert after_it["videos"] == [{"item_id": first["item_id"]}]
    assert await page(tiktok, token, cursor=0) == {"videos": [], "cursor": 0, "has_more": False}


async def test_a_new_post_is_named_at_once_and_counted_later(
    tiktok: httpx.AsyncClient, connect: Connect, world: World, clock_file: Path
) -> None:
    account = world.accounts[0]
    day = timeline.day_of(timeline.moment_of(FileClock(clock_file).now())) + 2
    published = next(post for back in range(9) for post in world.published_on(account, day + back) if not post.filtered)
    set_clock(clock_file, now=timeline.instant_of(published.published))
    new = (await every_post(tiktok, await connect(COFFEE)))[published.item_id]
    assert set(new) == {field.name for field in listing.IDENTITY} | {"thumbnail_url"}
    jump_clock(clock_file, timedelta(hours=23, minutes=59))
    assert PLAIN.isdisjoint((await every_post(tiktok, await connect(COFFEE)))[published.item_id])
    jump_clock(clock_file, timedelta(hours=24, minutes=1))
    assert set((await every_post(tiktok, await connect(COFFEE)))[published.item_id]) >= PLAIN


async def test_counters_lag_a_day_or_two_behind_the_truth(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    token = await connect(COFFEE)
    truths: list[dict[str, int]] = []
    for _ in range(3):
        posts = (await tiktok.get("/_sandbox/truth", params={"open_id": token["open_id"]})).json()["posts"]
        truths.append({post["item_id"]: post["video_views"] for post in posts if post["listed"]})
        jump_clock(clock_file, timedelta(days=1))
    shown = await every_post(tiktok, await connect(COFFEE))
    # Now is a day after the last truth: what is shown lies between the truths of 48 and 24 hours ago.
    year_ago = FileClock(clock_file).now().timestamp() - 365 * 86_400
    unfrozen = [item_id for item_id, post in shown.items() if int(str(post["create_time"])) > year_ago]
    compared = [item_id for item_id in unfrozen if all(item_id in truth for truth in truths)]
    assert len(compared) > 200
    for item_id in compared:
        views = shown[item_id].get("video_views")
        if views is not None:
            assert isinstance(views, int)
            assert truths[1][item_id] <= views <= truths[2][item_id]


async def test_fields_have_their_types(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    posts = (await every_post(tiktok, await connect(COFFEE))).values()
    full = next(post for post in posts if set(post) == set(listing.ALL_FIELDS))
    integers = PLAIN | REGISTERED_ONLY | {"reach", "new_followers", "profile_views"}
    floats = {"video_duration", "total_time_watched", "average_time_watched", "full_video_watched_rate"}
    assert {name for name, value in full.items() if type(value) is int} == integers
    assert {name for name, value in full.items() if type(value) is float} == floats
    assert str(full["create_time"]).isdecimal()
    assert type(full["is_ad"]) is bool
    retention, sources = full["video_view_retention"], full["impression_sources"]
    assert isinstance(retention, list)
    assert isinstance(sources, list)
    shares = [point["percentage"] for point in retention]
    assert shares[0] == 1.0
    assert shares == sorted(shares, reverse=True)
    assert [row["percentage"] for row in sources] == sorted((row["percentage"] for row in sources), reverse=True)
    assert sum(row["percentage"] for row in sources) <= 1.0 + 1e-9


async def test_photos_have_no_length_and_no_watch_time(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    posts = (await every_post(tiktok, await connect(COFFEE))).values()
    photos = [post for post in posts if post["media_type"] == "PHOTO"]
    assert len(photos) > 20
    watching = {"video_duration", "total_time_watched", "average_time_watched", "full_video_watched_rate"}
    assert all(watching.isdisjoint(photo) for photo in photos)
    assert any("reach" in photo for photo in photos)


async def test_quiet_posts_lose_the_pausing_fields_only(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    posts = (await every_post(tiktok, await connect(JONAS))).values()
    quiet = [post for post in posts if "likes" in post and "reach" not in post]
    assert quiet
    for post in quiet:
        assert set(post) >= PLAIN
        if PAUSING.isdisjoint(post):
            assert "new_followers" in post


@pytest.mark.parametrize(
    ("username", "missing"),
    [(COFFEE, set()), (MARLOW, REGISTERED_ONLY), (JONAS, REGISTERED_ONLY | {"profile_views"})],
)
async def test_gates(tiktok: httpx.AsyncClient, connect: Connect, username: str, missing: set[str]) -> None:
    posts = (await every_post(tiktok, await connect(username))).values()
    assert {name for post in posts for name in post} == set(listing.ALL_FIELDS) - missing


async def test_insights_need_their_scope(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    posts = (await every_post(tiktok, await connect(COFFEE, ["video.list"]))).values()
    names = {name for post in posts for name in post}
    assert names == {name for name, scope in listing.FIELD_SCOPES.items() if scope == "video.list"}
    refused = (await get(tiktok, await connect(COFFEE, ["user.info.basic"]))).json()
    assert refused["code"] == 40001


async def test_posts_can_be_asked_for_by_id(tiktok: httpx.AsyncClient, connect: Connect, world: World) -> None:
    token = await connect(COFFEE)
    asked = [str(video["item_id"]) for video in (await page(tiktok, token, max_count=5))["videos"]][1:3]
    strangers = [
        world.published_on(world.accounts[1], day)[0].item_id
        for day in range(20_500, 20_510)
        if world.published_on(world.accounts[1], day)
    ]
    found = await page(tiktok, token, filters={"video_ids": [*reversed(asked), *strangers, "7"]})
    assert [video["item_id"] for video in found["videos"]] == asked
    assert found["has_more"] is False
    assert (await page(tiktok, token, filters={"video_ids": []}))["videos"] == []


async def test_only_ads_can_be_asked_for(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    posts = await every_post(tiktok, token)
    ads = {item_id for item_id, post in posts.items() if post["is_ad"]}
    assert ads
    sample = [*ads, *(set(posts) - ads)][:20]
    found = await page(tiktok, token, filters={"video_ids": sample, "ad_post_only": True}, max_count=20)
    assert {video["item_id"] for video in found["videos"]} == ads


async def test_gone_posts_leave_the_listing_without_a_trace(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    before = set(await every_post(tiktok, await connect(COFFEE)))
    jump_clock(clock_file, timedelta(days=20))
    token = await connect(COFFEE)
    gone = before - set(await every_post(tiktok, token))
    assert gone
    truth = (await tiktok.get("/_sandbox/truth", params={"open_id": token["open_id"]})).json()["posts"]
    assert gone <= {post["item_id"] for post in truth if post["gone_at"] and not post["listed"]}
    assert (await page(tiktok, token, filters={"video_ids": list(gone)[:20]}))["videos"] == []


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"fields": ["likes"]}, "must contain item_id"),
        ({"fields": ["item_id", "favorities"]}, "favorities"),
        ({"fields": "item_id"}, "fields: not valid JSON"),
        ({"max_count": 21}, "max_count"),
        ({"max_count": 0}, "max_count"),
        ({"max_count": "ten"}, "max_count"),
        ({"cursor": "-1"}, "cursor"),
        ({"cursor": "1.5"}, "cursor"),
        ({"filters": "{"}, "filters: not valid JSON"),
        ({"filters": []}, "filters: must be a JSON object"),
        ({"filters": {"ids": []}}, "unknown filter ids"),
        ({"filters": {"video_ids": [7]}}, "filters.video_ids"),
        ({"filters": {"ad_post_only": True}}, "together with video_ids"),
        ({"filters": {"video_ids": [], "ad_post_only": 1}}, "filters.ad_post_only"),
    ],
)
async def test_a_wrong_parameter_is_named(
    tiktok: httpx.AsyncClient, connect: Connect, params: dict[str, object], said: str
) -> None:
    envelope = (await get(tiktok, await connect(COFFEE), **params)).json()
    assert (envelope["code"], envelope["data"]) == (40002, {})
    assert said in envelope["message"]


async def test_missing_figures_can_be_null_instead(
    settings: SandboxSettings, clock_file: Path, connect: Connect
) -> None:
    token = await connect(JONAS)
    nulls = settings.model_copy(update={"sandbox_missing_value": "null", "sandbox_missing_scope": "error"})
    with open_sandbox(nulls, FileClock(clock_file)) as sandbox:
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tiktok.test") as other:
            posts = (await every_post(other, token)).values()
            assert all(set(post) == set(listing.ALL_FIELDS) for post in posts)
            assert all(post["email_clicks"] is None for post in posts)
            assert any(post["reach"] is None and post["likes"] is not None for post in posts)
            narrow = await connect(JONAS, ["video.list"])
            assert (await get(other, narrow, fields=["item_id", "new_followers"])).json()["code"] == 40001


async def test_thumbnails_are_served_until_they_expire(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    token = await connect(COFFEE)
    found = await page(tiktok, token, fields=["item_id", "thumbnail_url"], max_count=1)
    address = str(found["videos"][0]["thumbnail_url"])
    picture = await tiktok.get(address)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    expires = int(httpx.URL(address).params["x-expires"])
    assert (await tiktok.get(address.replace(str(expires), str(expires + 99)))).status_code == 403
    set_clock(clock_file, now=timeline.instant_of(expires * 1000 - 1000))
    assert (await tiktok.get(address)).status_code == 200
    jump_clock(clock_file, timedelta(seconds=1))
    assert (await tiktok.get(address)).status_code == 403
