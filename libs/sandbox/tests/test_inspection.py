"""/_sandbox/*: what is said to be visible is what was answered, and the log holds every answer."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.runtime.clock import jump_clock
from sandbox.domain import listing, profile

PREFIX = "/open_api/v1.3/business"
COFFEE, MARLOW = "northlight.coffee", "marlow.interiors"

Connect = Callable[..., Awaitable[dict[str, str]]]


async def collect(tiktok: httpx.AsyncClient, token: dict[str, str]) -> None:
    """One profile request of 60 days and all pages, all fields."""
    headers, account = {"Access-Token": token["access_token"]}, {"business_id": token["open_id"]}
    asked = {"fields": json.dumps(profile.ALL_FIELDS), "start_date": "2000-01-01", "end_date": "2100-01-01"}
    await tiktok.get(f"{PREFIX}/get/", params={**account, **asked}, headers=headers)
    asked, more = {"fields": json.dumps(listing.ALL_FIELDS), "max_count": "20"}, True
    while more:
        reply = await tiktok.get(f"{PREFIX}/video/list/", params={**account, **asked}, headers=headers)
        asked["cursor"], more = str(reply.json()["data"]["cursor"]), reply.json()["data"]["has_more"]


async def test_accounts_are_listed_with_their_character(tiktok: httpx.AsyncClient, open_ids: dict[str, str]) -> None:
    accounts = (await tiktok.get("/_sandbox/accounts")).json()["accounts"]
    assert {row["username"]: row["open_id"] for row in accounts} == open_ids
    assert {row["kind"] for row in accounts} == {"personal", "business", "registered_business"}
    assert {row["username"] for row in accounts if row["follower_series"] == "swapped"} == {MARLOW}


async def test_every_logged_answer_is_what_was_visible_then(
    tiktok: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    for username in (COFFEE, MARLOW, COFFEE):
        await collect(tiktok, await connect(username))
        jump_clock(clock_file, timedelta(hours=31))
    log = (await tiktok.get("/_sandbox/log")).json()
    assert [entry["n"] for entry in log["entries"]] == list(range(1, log["next"] + 1))
    then: dict[tuple[str, str], Any] = {}  # Any: a JSON document of many shapes
    seen = 0
    for entry in log["entries"]:
        if "/business/" not in entry["path"]:
            continue
        moment = (entry["open_id"], entry["at"])
        if moment not in then:
            params = {"open_id": entry["open_id"], "at": entry["at"]}
            then[moment] = (await tiktok.get("/_sandbox/visible", params=params)).json()
        visible, answered = then[moment], entry["body"]["data"]
        if entry["path"].endswith("/business/get/"):
            assert answered == visible["business_get"]
        else:
            by_id = {video["item_id"]: video for video in visible["video_list"]["videos"]}
            assert answered["videos"] == [by_id[video["item_id"]] for video in answered["videos"]]
            seen += len(answered["videos"])
    assert seen > 700


async def test_the_log_holds_refusals_and_no_token(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    params = {"business_id": token["open_id"], "fields": '["nope"]'}
    refused = await tiktok.get(f"{PREFIX}/get/", params=params, headers={"Access-Token": token["access_token"]})
    await tiktok.get(f"{PREFIX}/video/list/")
    reply = await tiktok.get("/_sandbox/log", params={"after": 0})
    _, first, second = reply.json()["entries"]
    assert first["body"] == refused.json()
    assert first["params"] == params
    assert first["http_status"] == 200
    assert datetime.fromisoformat(first["at"]).utcoffset() == timedelta(0)
    assert (second["open_id"], second["body"]["code"]) == (None, 40104)
    assert token["access_token"] not in reply.text


async def test_the_log_is_read_on_from_a_number(tiktok: httpx.AsyncClient) -> None:
    for _ in range(5):
        await tiktok.get(f"{PREFIX}/get/")
    some = (await tiktok.get("/_sandbox/log", params={"after": 1, "limit": 2})).json()
    assert ([entry["n"] for entry in some["entries"]], some["next"]) == ([2, 3], 3)
    rest = (await tiktok.get("/_sandbox/log", params={"after": some["next"]})).json()
    assert ([entry["n"] for entry in rest["entries"]], rest["next"]) == ([4, 5], 5)
    assert (await tiktok.get("/_sandbox/log", params={"after": 5})).json() == {"entries": [], "next": 5}


async def test_truth_covers_from_up_to_but_without_to(tiktok: httpx.AsyncClient, open_ids: dict[str, str]) -> None:
    params = {"open_id": open_ids[COFFEE], "from": "2026-03-08", "to": "2026-03-20"}
    truth = (await tiktok.get("/_sandbox/truth", params=params)).json()
    assert [(day["date"], day["ended"]) for day in truth["days"]] == [
        ("2026-03-08", True),
        ("2026-03-09", True),
        ("2026-03-10", False),
    ]
    assert truth["days"][2]["daily_new_followers"] is None
    before, after = truth["days"][:2]
    assert (
        after["followers_total"]
        == before["followers_total"] + after["daily_new_followers"] - after["daily_lost_followers"]
    )
    one_day = {**params, "from": "2026-02-01", "to": "2026-02-02"}
    assert [day["date"] for day in (await tiktok.get("/_sandbox/truth", params=one_day)).json()["days"]] == [
        "2026-02-01"
    ]


@pytest.mark.parametrize(
    ("path", "params", "status", "said"),
    [
        ("truth", {"open_id": "x"}, 404, "/_sandbox/accounts"),
        ("visible", {}, 404, "open_id"),
        ("truth", {"from": "yesterday"}, 422, "from"),
        ("visible", {"at": "noon"}, 422, "at"),
        ("log", {"after": "-1"}, 422, "after"),
    ],
)
async def test_a_wrong_question_is_a_problem(
    tiktok: httpx.AsyncClient, open_ids: dict[str, str], path: str, params: dict[str, str], status: int, said: str
) -> None:
    known = {"open_id": open_ids[COFFEE]} if status == 422 else {}
    reply = await tiktok.get(f"/_sandbox/{path}", params={**known, **params})
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    assert said in reply.json()["detail"]


async def test_a_revoke_takes_the_account_from_the_body_or_the_address(
    tiktok: httpx.AsyncClient, connect: Connect, open_ids: dict[str, str]
) -> None:
    for asked in ({"json": {"open_id": open_ids[COFFEE]}}, {"params": {"open_id": open_ids[COFFEE]}}):
        await connect(COFFEE)
        reply = await tiktok.request("POST", "/_sandbox/revoke", json=asked.get("json"), params=asked.get("params"))
        assert reply.json() == {"revoked": 1}


async def test_a_revoke_of_nobody_is_a_problem(tiktok: httpx.AsyncClient) -> None:
    assert (await tiktok.post("/_sandbox/revoke", json={"open_id": "x"})).status_code == 404
    assert (await tiktok.post("/_sandbox/revoke", content="[]")).status_code == 422
