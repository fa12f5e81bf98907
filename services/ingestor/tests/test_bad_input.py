"""What bad input gets, through the real client and a real server: the rest is published, the bad part is reported with
its account and field, and nothing stops."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from common.events import AccountV1, CollectionState, PostSnapshotV1
from ingestor.adapters import tiktok
from ingestor.adapters.tiktok import HttpTikTok
from ingestor.domain.reading import LONGEST_TEXT
from ingestor.entrypoints import collector

from .fakes import START, account
from .servers import serving
from .waiting import eventually
from .world import World

PREFIX = "/open_api/v1.3"
ID, GOOD_ID = "7512345678901234567", "7512345678901234999"
GOOD = {"item_id": GOOD_ID, "create_time": "1773000000", "likes": 7, "caption": "fine"}
PUBLISHED = "1773000000"
TOMORROW = int((START + timedelta(days=1)).timestamp())


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_FIRST_PAUSE", 0.05)


@dataclass
class BadTikTok:
    """A TikTok whose answers a test writes byte by byte."""

    profile: bytes
    page: bytes
    asked: list[str] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        get, listing = Route(f"{PREFIX}/business/get/", self._get), Route(f"{PREFIX}/business/video/list/", self._list)
        return Starlette(routes=[get, listing])

    async def _get(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return Response(self.profile, media_type="application/json")

    async def _list(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return Response(self.page, media_type="application/json")


def success(data: object) -> bytes:
    return json.dumps({"code": 0, "message": "OK", "request_id": "r", "data": data}).encode()


def listed(*videos: object) -> bytes:
    return success({"videos": videos, "has_more": False, "cursor": 1})


PROFILE = success({"username": "x", "videos_count": 2, "metrics": [{"date": "2026-03-08", "likes": 2}]})


@dataclass(frozen=True, kw_only=True)
class Collected:
    told: AccountV1
    world: World
    places: tuple[str, ...]
    """What the log names of this account."""

    def post(self, post_id: str) -> PostSnapshotV1:
        (found,) = [post for post in self.world.events.posts(self.told.account_id) if post.post_id == post_id]
        return found

    @property
    def ids(self) -> set[str]:
        return {post.post_id for post in self.world.events.posts(self.told.account_id)}


@asynccontextmanager
async def _world(server: BadTikTok) -> AsyncIterator[World]:
    world = World()
    async with serving(server.app) as url, tiktok.client(url + PREFIX) as http:
        world.real = HttpTikTok(http, clock=world.clock, meter=world.meter)
        yield world


async def _collected(*, profile: bytes = PROFILE, page: bytes) -> Collected:
    """An account and what was published and logged of it, until all was collected once."""
    told = account()
    async with _world(BadTikTok(profile=profile, page=page)) as world:
        with capture_logs() as logs:
            async with world.collecting(told):
                await world.until(told, CollectionState.SYNCED)
                await eventually(lambda: world.saved(told).full_at == START)
    named = [entry for entry in logs if entry.get("account_id") == str(told.account_id)]
    return Collected(told=told, world=world, places=tuple(place for entry in named for place in entry["places"]))


BAD_VALUES: Mapping[str, tuple[Mapping[str, object], str | None]] = {
    "an unknown field": ({"sparkles": {"n": [1]}}, None),
    "a null": ({"likes": None}, None),
    "a text for a number": ({"likes": "12"}, "likes"),
    "a number for a text": ({"caption": 5}, "caption"),
    "a truth for a number": ({"likes": True}, "likes"),
    "a fraction for a count": ({"likes": 1.5}, "likes"),
    "a negative count": ({"likes": -1}, "likes"),
    "a count over 2^63": ({"likes": 2**64}, "likes"),
    "a share over 1": ({"full_video_watched_rate": 1.5}, "full_video_watched_rate"),
    "a caption of 10 MB": ({"caption": "x" * 10_000_000}, "caption"),
    "an object for a list": ({"audience_types": {"type": "FOLLOWER"}}, "audience_types"),
    "a date in the future": ({"create_time": str(TOMORROW)}, "create_time"),
    "a date that is none": ({"create_time": "yesterday"}, "create_time"),
    "half a character": ({"caption": "\ud800"}, "caption"),
}


@pytest.mark.parametrize("case", BAD_VALUES)
async def test_a_bad_value_is_left_out_and_named_and_everything_else_is_published(case: str) -> None:
    bad, place = BAD_VALUES[case]
    post = {"item_id": ID, "create_time": PUBLISHED, "likes": 3, "shares": 4, "caption": "good", **bad}
    collected = await _collected(page=listed(post, GOOD))
    snapshot = collected.post(ID)
    assert snapshot.values["shares"] == 4
    assert snapshot.dropped_fields == ((place,) if place else ())
    assert collected.places == ((f"{ID}.{place}",) if place else ())
    assert collected.world.meter.left_out == ({"value": 1} if place else {})
    if place:
        assert snapshot.values[place] is None
    assert collected.post(GOOD_ID).values["likes"] == 7
    assert collected.post(GOOD_ID).dropped_fields == ()


async def test_an_unknown_field_is_kept_beside_the_known_ones_and_a_null_is_no_zero() -> None:
    collected = await _collected(page=listed({"item_id": ID, "likes": None, "shares": 0, "sparkles": {"n": [1]}}))
    snapshot = collected.post(ID)
    assert (snapshot.values["likes"], snapshot.values["shares"]) == (None, 0)
    assert json.loads(snapshot.extra) == {"post": {"sparkles": {"n": [1]}}}


@pytest.mark.parametrize("item_id", [ID, int(ID), 2**53 + 1, 2**63])
async def test_an_id_over_2_to_the_53_is_kept_to_its_last_digit(item_id: object) -> None:
    collected = await _collected(page=listed({"item_id": item_id, "likes": 1}, GOOD))
    assert collected.ids == {str(item_id), GOOD_ID}


@pytest.mark.parametrize("item", [{"likes": 1}, {"item_id": None}, {"item_id": 7.5e18}, {"item_id": "7" * 65}, "x", 5])
async def test_an_item_without_a_usable_id_is_reported_by_its_place(item: object) -> None:
    collected = await _collected(page=listed(item, GOOD))
    assert collected.ids == {GOOD_ID}
    assert collected.places == ("videos[0].item_id",)


BAD_DAYS: Mapping[str, tuple[object, str]] = {
    "a day in the future": ({"date": "2026-03-12", "likes": 1}, "metrics[1].date"),
    "no day": ({"likes": 1}, "metrics[1].date"),
    "a day twice": ({"date": "2026-03-08", "likes": 9}, "metrics[1].date"),
    "no object": ("today", "metrics[1].date"),
    "a text for a number": ({"date": "2026-03-09", "likes": "many"}, "2026-03-09.likes"),
}


@pytest.mark.parametrize("case", BAD_DAYS)
async def test_a_bad_day_loses_no_other_and_is_reported(case: str) -> None:
    item, place = BAD_DAYS[case]
    metrics = [{"date": "2026-03-08", "likes": 2}, item]
    profile = success({"username": "x", "videos_count": 1, "followers_count": "a lot", "metrics": metrics})
    collected = await _collected(profile=profile, page=listed(GOOD))
    (snapshot,) = collected.world.events.profiles(collected.told.account_id)
    assert snapshot.days[0].values["likes"] == 2
    assert snapshot.profile["username"] == "x"
    assert snapshot.profile["followers_count"] is None
    assert set(collected.places) == {"profile.followers_count", place}


async def test_bytes_that_are_no_text_and_a_number_of_ten_thousand_digits_spoil_their_value_only() -> None:
    video = b'{"item_id": "%s", "caption": "caf\xe9", "likes": %s, "shares": 4}' % (ID.encode(), b"9" * 10_000)
    body = listed(GOOD).replace(b'"videos": [', b'"videos": [' + video + b", ")
    collected = await _collected(page=body)
    snapshot = collected.post(ID)
    assert snapshot.values["shares"] == 4
    assert set(snapshot.dropped_fields) == {"caption", "likes"}
    assert collected.ids == {ID, GOOD_ID}


BAD_ANSWERS: Mapping[str, bytes] = {
    "an error in HTTP 200": json.dumps({"code": 50000, "message": "System error", "data": {}}).encode(),
    "no permission in HTTP 200": json.dumps({"code": 40001, "message": "No permission", "data": {}}).encode(),
    "cut off in the middle": listed(GOOD)[:60],
    "a page of HTML": b"<html>busy</html>",
    "an empty success": success({}),
    "no list": success({"videos": "none", "has_more": False}),
    "an empty list where posts are": listed(),
}


@pytest.mark.parametrize("case", BAD_ANSWERS)
async def test_an_unusable_answer_is_shown_and_asked_again_while_the_profile_is_published(case: str) -> None:
    told, server = account(), BadTikTok(profile=PROFILE, page=BAD_ANSWERS[case])
    async with _world(server) as world, world.collecting(told):
        await world.until(told, CollectionState.FAILING)
        assert len(world.events.profiles(told.account_id)) == 1
        reason = world.events.statuses(told.account_id)[-1].reason
        server.page = listed(GOOD)
        world.clock.advance(timedelta(minutes=1))
        await world.until(told, CollectionState.SYNCED)
    assert reason
    assert [post.post_id for post in world.events.posts(told.account_id)] == [GOOD_ID]


async def test_one_account_with_bad_answers_stops_no_other() -> None:
    bad, good = account(open_id="bad"), account(open_id="good")
    server = BadTikTok(profile=PROFILE, page=listed({"item_id": ID, "caption": "x" * (LONGEST_TEXT + 1)}, "x", GOOD))
    async with _world(server) as world, world.collecting(bad, good):
        for told in (bad, good):
            await world.until(told, CollectionState.SYNCED)
    for told in (bad, good):
        posts = world.events.posts(told.account_id)
        assert {post.post_id for post in posts} == {ID, GOOD_ID}
        assert posts[0].dropped_fields == ("caption",)
