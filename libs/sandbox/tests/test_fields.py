"""Every field of the fact sheet, sections A4 and A5, with type, scope, gate and latency, against what is answered."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.runtime.clock import FileClock, set_clock
from sandbox.domain import listing, profile, timeline
from sandbox.domain.scopes import DESCRIPTIONS
from sandbox.domain.world import World

from .conftest import START

PREFIX = "/open_api/v1.3/business"
COFFEE, MARLOW, JONAS, HARBOUR = "northlight.coffee", "marlow.interiors", "jonas.bakes", "harbour.pottery"

ANY = frozenset({COFFEE, MARLOW, JONAS, HARBOUR})
BUSINESS = ANY - {JONAS}
REGISTERED = frozenset({COFFEE})
OVER_100 = ANY - {HARBOUR}

Connect = Callable[..., Awaitable[dict[str, str]]]
Answer = dict[str, Any]  # Any: fields are of many types


@dataclass(frozen=True)
class Field:
    """One row of the fact sheet's tables. A list is told by what each of its objects holds."""

    name: str
    type: type | dict[str, type]
    scope: str
    shown_to: frozenset[str] = ANY
    late: bool = False
    """24 to 48 hours."""
    pauses: bool = False
    """Goes missing after seven quiet days."""
    no_photo: bool = False


STATS, BASIC, PROFILE, INSIGHTS = "user.info.stats", "user.info.basic", "user.info.profile", "user.insights"

TOP = (
    Field("is_business_account", bool, "user.account.type"),
    Field("profile_image", str, BASIC),
    Field("username", str, "user.info.username"),
    Field("profile_deep_link", str, PROFILE),
    Field("display_name", str, BASIC),
    Field("bio_description", str, PROFILE),
    Field("is_verified", bool, PROFILE),
    Field("following_count", int, STATS),
    Field("followers_count", int, STATS),
    Field("total_likes", int, STATS),
    Field("videos_count", int, STATS),
    Field("audience_ages", {"age": str, "percentage": float}, INSIGHTS, OVER_100),
    Field("audience_genders", {"gender": str, "percentage": float}, INSIGHTS, OVER_100),
    Field("audience_countries", {"country": str, "percentage": float}, INSIGHTS, OVER_100),
    Field("audience_cities", {"city_name": str, "percentage": float}, INSIGHTS, OVER_100),
)
DAILY = (
    Field("video_views", int, INSIGHTS, late=True),
    Field("unique_video_views", int, INSIGHTS, BUSINESS, late=True),
    Field("profile_views", int, INSIGHTS, late=True),
    Field("likes", int, INSIGHTS, late=True),
    Field("comments", int, INSIGHTS, late=True),
    Field("shares", int, INSIGHTS, late=True),
    Field("followers_count", int, INSIGHTS, late=True),
    Field("daily_total_followers", int, INSIGHTS, BUSINESS, late=True),
    Field("daily_new_followers", int, INSIGHTS, BUSINESS, late=True),
    Field("daily_lost_followers", int, INSIGHTS, BUSINESS, late=True),
    Field("engaged_audience", int, INSIGHTS, BUSINESS, late=True),
    Field("phone_number_clicks", int, INSIGHTS, REGISTERED, late=True),
    Field("lead_submissions", int, INSIGHTS, REGISTERED, late=True),
    Field("app_download_clicks", int, INSIGHTS, REGISTERED, late=True),
    Field("bio_link_clicks", int, INSIGHTS, REGISTERED, late=True),
    Field("email_clicks", int, INSIGHTS, REGISTERED, late=True),
    Field("address_clicks", int, INSIGHTS, REGISTERED, late=True),
    Field("audience_activity", {"hour": str, "count": int}, INSIGHTS, BUSINESS & OVER_100, late=True),
)

LIST, WATCH = "video.list", "video.insights"
SHARES_BY_SECOND = {"second": str, "percentage": float}

POST = (
    Field("item_id", str, LIST),
    Field("media_type", str, LIST),
    Field("is_ad", bool, LIST),
    Field("thumbnail_url", str, LIST),
    Field("share_url", str, LIST),
    Field("embed_url", str, LIST),
    Field("caption", str, LIST),
    Field("create_time", str, LIST),
    Field("video_duration", float, LIST, late=True, no_photo=True),
    Field("likes", int, LIST, late=True),
    Field("comments", int, LIST, late=True),
    Field("shares", int, LIST, late=True),
    Field("favorites", int, LIST, late=True),
    Field("reach", int, LIST, late=True, pauses=True),
    Field("video_views", int, LIST, late=True),
    Field("total_time_watched", float, WATCH, late=True, pauses=True, no_photo=True),
    Field("average_time_watched", float, WATCH, late=True, pauses=True, no_photo=True),
    Field("full_video_watched_rate", float, WATCH, late=True, pauses=True, no_photo=True),
    Field("new_followers", int, WATCH, late=True),
    Field("profile_views", int, WATCH, BUSINESS, late=True),
    Field("website_clicks", int, WATCH, REGISTERED, late=True),
    Field("phone_number_clicks", int, WATCH, REGISTERED, late=True),
    Field("lead_submissions", int, WATCH, REGISTERED, late=True),
    Field("app_download_clicks", int, WATCH, REGISTERED, late=True),
    Field("email_clicks", int, WATCH, REGISTERED, late=True),
    Field("address_clicks", int, WATCH, REGISTERED, late=True),
    Field("video_view_retention", SHARES_BY_SECOND, WATCH, late=True, no_photo=True),
    Field("engagement_likes", SHARES_BY_SECOND, WATCH, late=True, no_photo=True),
    Field("impression_sources", {"impression_source": str, "percentage": float}, WATCH, late=True, pauses=True),
    Field("audience_genders", {"gender": str, "percentage": float}, WATCH, late=True),
    Field("audience_countries", {"country": str, "percentage": float}, WATCH, late=True, pauses=True),
    Field("audience_cities", {"city_name": str, "percentage": float}, WATCH, late=True),
    Field("audience_types", {"type": str, "percentage": float}, WATCH, late=True),
)


async def ask(tiktok: httpx.AsyncClient, token: dict[str, str], path: str, **params: object) -> Answer:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    reply = await tiktok.get(
        PREFIX + path,
        params={"business_id": token["open_id"], **texts},
        headers={"Access-Token": token["access_token"]},
    )
    envelope = reply.json()
    assert envelope["code"] == 0, envelope
    data: Answer = envelope["data"]
    return data


async def profile_of(tiktok: httpx.AsyncClient, token: dict[str, str]) -> tuple[Answer, list[Answer]]:
    """The fields at the top, and the days."""
    asked = [field.name for field in (*TOP, *DAILY)]
    data = await ask(tiktok, token, "/get/", fields=asked, start_date="2026-01-09", end_date="2026-12-31")
    return data, data.pop("metrics", [])


async def posts_of(tiktok: httpx.AsyncClient, token: dict[str, str]) -> list[Answer]:
    asked, posts = [field.name for field in POST], list[Answer]()
    cursor: dict[str, int] = {}
    while True:
        page = await ask(tiktok, token, "/video/list/", fields=asked, max_count=20, **cursor)
        posts += page["videos"]
        cursor = {"cursor": page["cursor"]}
        if not page["has_more"]:
            return posts


def names(fields: tuple[Field, ...], holds: Callable[[Field], bool] = lambda _: True) -> set[str]:
    return {field.name for field in fields if holds(field)}


def given(answers: list[Answer]) -> set[str]:
    return {name for answer in answers for name in answer} - {"date"}


def assert_types(fields: tuple[Field, ...], answer: Answer) -> None:
    for field in fields:
        if field.name not in answer:
            continue
        value = answer[field.name]
        if isinstance(field.type, dict):
            assert value, field.name
            assert all({key: type(part) for key, part in row.items()} == field.type for row in value), field.name
        else:
            assert type(value) is field.type, field.name


def test_no_field_is_missing_and_none_invented() -> None:
    assert names((*TOP, *DAILY)) == set(profile.ALL_FIELDS)
    assert names(POST) == set(listing.ALL_FIELDS)


@pytest.mark.parametrize("username", sorted(ANY))
async def test_gates_and_types_of_the_profile(tiktok: httpx.AsyncClient, connect: Connect, username: str) -> None:
    top, days = await profile_of(tiktok, await connect(username))
    assert given([top]) == names(TOP, lambda field: username in field.shown_to)
    assert given(days) == names(DAILY, lambda field: username in field.shown_to)
    assert_types(TOP, top)
    for day in days:
        assert_types(DAILY, day)
        assert date.fromisoformat(day["date"]).isoformat() == day["date"]


@pytest.mark.parametrize("username", sorted(ANY))
async def test_gates_and_types_of_posts(tiktok: httpx.AsyncClient, connect: Connect, username: str) -> None:
    posts = await posts_of(tiktok, await connect(username))
    assert given(posts) == names(POST, lambda field: username in field.shown_to)
    photos = given([post for post in posts if post["media_type"] == "PHOTO"])
    assert photos == names(POST, lambda field: username in field.shown_to and not field.no_photo)
    for post in posts:
        assert_types(POST, post)


@pytest.mark.parametrize("scope", sorted({field.scope for field in (*TOP, *DAILY)}))
async def test_scopes_of_the_profile(tiktok: httpx.AsyncClient, connect: Connect, scope: str) -> None:
    top, days = await profile_of(tiktok, await connect(COFFEE, [scope]))
    assert given([top]) == names(TOP, lambda field: field.scope == scope)
    assert given(days) == names(DAILY, lambda field: field.scope == scope)


async def test_scopes_of_posts(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    assert given(await posts_of(tiktok, await connect(COFFEE, [LIST]))) == names(POST, lambda f: f.scope == LIST)
    assert given(await posts_of(tiktok, await connect(COFFEE, [LIST, WATCH]))) == names(POST)
    every_other = [scope for scope in DESCRIPTIONS if scope not in (LIST, WATCH)]
    reply = await tiktok.get(
        f"{PREFIX}/video/list/",
        params={"business_id": (token := await connect(COFFEE, every_other))["open_id"]},
        headers={"Access-Token": token["access_token"]},
    )
    assert reply.json()["code"] == 40001


async def test_latency_of_days(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    _, days = await profile_of(tiktok, await connect(COFFEE))
    for day in days:
        ended = datetime.fromisoformat(f"{day['date']}T00:00:00+00:00") + timedelta(days=1)
        assert START - ended >= timedelta(hours=24)
        if START - ended >= timedelta(hours=48):
            assert given([day]) == names(DAILY)


async def test_latency_of_a_new_post(
    tiktok: httpx.AsyncClient, connect: Connect, world: World, clock_file: Path
) -> None:
    account, today = world.accounts[0], timeline.day_of(timeline.moment_of(FileClock(clock_file).now()))
    new = next(
        post
        for day in range(today + 1, today + 20)
        for post in world.published_on(account, day)
        if not post.is_photo and not post.filtered and post.gone > post.published + 3 * timeline.DAY
    )
    for hours, holds in ((0, lambda field: not field.late), (23.9, lambda field: not field.late), (48, lambda _: True)):
        set_clock(clock_file, now=timeline.instant_of(new.published + int(hours * timeline.HOUR)))
        posts = {post["item_id"]: post for post in await posts_of(tiktok, await connect(COFFEE))}
        assert set(posts[new.item_id]) == names(POST, holds)


async def test_what_pauses_goes_missing_together(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    pausing = names(POST, lambda field: field.pauses)
    posts = [post for post in await posts_of(tiktok, await connect(JONAS)) if post["media_type"] == "VIDEO"]
    counted = [post for post in posts if "likes" in post and "new_followers" in post]
    # Counters and insights are refreshed at an hour of their own, so a post may be in between.
    assert any(pausing.isdisjoint(post) for post in counted)
    assert any(pausing <= set(post) for post in counted)
    always = names(POST, lambda field: not field.pauses and JONAS in field.shown_to)
    assert all(always <= set(post) for post in counted)
