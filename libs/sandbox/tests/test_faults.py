"""Faults: each as a client meets it, where they strike, how often, and the log that says which and what was sent."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from common.runtime.clock import FileClock, jump_clock
from sandbox.bootstrap import open_sandbox
from sandbox.domain import faults, listing, profile
from sandbox.domain.faults import FAULTS, Rule
from sandbox.settings import SandboxSettings

from .conftest import serving

GET, LIST = "/open_api/v1.3/business/get/", "/open_api/v1.3/business/video/list/"
COFFEE, JONAS = "northlight.coffee", "jonas.bakes"
START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)

Connect = Callable[..., Awaitable[dict[str, str]]]


async def switch_on(client: httpx.AsyncClient, *rules: Mapping[str, object]) -> None:
    reply = await client.put("/_sandbox/faults", json={"rules": rules})
    assert reply.status_code == 200, reply.text


async def ask(client: httpx.AsyncClient, token: dict[str, str], path: str = LIST, **params: str) -> httpx.Response:
    known = listing.ALL_FIELDS if path == LIST else profile.ALL_FIELDS
    asked = {"business_id": token["open_id"], "fields": json.dumps(known), **params}
    return await client.get(path, params=asked, headers={"Access-Token": token["access_token"]})


async def receive(client: httpx.AsyncClient, token: dict[str, str], pieces: list[bytes]) -> None:
    """A page of the listing, piece by piece as it comes."""
    asked = {"business_id": token["open_id"], "fields": json.dumps(listing.ALL_FIELDS)}
    async with client.stream("GET", LIST, params=asked, headers={"Access-Token": token["access_token"]}) as reply:
        async for piece in reply.aiter_bytes():
            pieces.append(piece)


async def logged(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = (await client.get("/_sandbox/log")).json()["entries"]
    return entries


def differences(true: object, told: object, at: str = "") -> list[tuple[str, object, object]]:
    """Place, true value and told value of all that differs, pictures' addresses aside."""
    if isinstance(true, dict) and isinstance(told, dict):
        names = dict.fromkeys((*true, *told))
        return [one for name in names for one in differences(true.get(name), told.get(name), f"{at}.{name}")]
    if isinstance(true, list) and isinstance(told, list) and len(true) == len(told):
        return [
            one
            for index, pair in enumerate(zip(true, told, strict=True))
            for one in differences(*pair, f"{at}.{index}")
        ]
    return [] if (type(true), true) == (type(told), told) else [(at, true, told)]


@pytest.mark.parametrize("fault", ["40001", "40100", "40102", "40105", "50000", "50002", "51010", "60001"])
async def test_a_refusal_comes_in_the_envelope(tiktok: httpx.AsyncClient, connect: Connect, fault: str) -> None:
    token = await connect(COFFEE)
    await switch_on(tiktok, {"fault": fault})
    for path in (GET, LIST):
        reply = await ask(tiktok, token, path)
        body = reply.json()
        assert (reply.status_code, str(body["code"]), body["data"]) == (200, fault, {})
        assert reply.headers["x-tt-logid"] == body["request_id"]
        entry = (await logged(tiktok))[-1]
        assert (entry["fault"], entry["body"], entry["http_status"]) == (fault, body, 200)


def is_a_year_later(true: object, told: object) -> bool:
    year = timedelta(days=365)
    if str(true).isdecimal():
        return int(str(told)) - int(str(true)) == year.total_seconds()
    return datetime.fromisoformat(str(told)) - datetime.fromisoformat(str(true)) == year


Judge = Callable[[str, object, object], bool]
ONE_FIELD: dict[str, Judge] = {
    "wrong_type": lambda _, true, told: true is not None and type(true) is not type(told),
    "text_for_number": lambda _, true, told: isinstance(true, int | float) and told == str(true),
    "null": lambda _, true, told: true is not None and told is None,
    "unknown_field": lambda at, true, told: at.endswith(".not_yet_documented") and true is None and told is not None,
    "huge_text": lambda at, true, told: (
        at.endswith(("caption", "bio_description")) and str(told).startswith(str(true)) and len(str(told)) == 10 * 2**20
    ),
    "number_for_id": lambda at, true, told: (
        at.endswith(".item_id") and told == int(str(true)) and int(str(true)) > 2**53
    ),
    "future_date": lambda at, true, told: at.endswith(("create_time", ".date")) and is_a_year_later(true, told),
}


@pytest.mark.parametrize("fault", ONE_FIELD)
@pytest.mark.parametrize("path", [GET, LIST])
async def test_one_field_of_one_item_is_wrong_and_all_else_is_true(
    tiktok: httpx.AsyncClient, connect: Connect, fault: str, path: str
) -> None:
    token = await connect(COFFEE)
    true = (await ask(tiktok, token, path)).json()["data"]
    await switch_on(tiktok, {"fault": fault})
    for _ in range(5):
        body = (await ask(tiktok, token, path)).json()
        entry = (await logged(tiktok))[-1]
        assert entry["body"] == body
        found = differences(true, body["data"])
        if (fault, path) == ("number_for_id", GET):
            assert (found, entry["fault"]) == ([], None)
        else:
            (one,) = found
            assert ONE_FIELD[fault](*one), one
            assert entry["fault"] == fault


async def test_different_answers_are_wrong_in_different_places(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    true = (await ask(tiktok, token)).json()["data"]
    await switch_on(tiktok, {"fault": "null"})
    told = [(await ask(tiktok, token)).json()["data"] for _ in range(20)]
    assert len({differences(true, data)[0][0] for data in told}) > 10


async def test_an_empty_success_has_no_data_or_no_items(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    await switch_on(tiktok, {"fault": "empty_success"})
    told = [(await ask(tiktok, token)).json() for _ in range(12)]
    assert all((body["code"], body["message"]) == (0, "OK") for body in told)
    pages = [body["data"] for body in told if body["data"]]
    assert 0 < len(pages) < 12
    assert all((page["videos"], page["has_more"]) == ([], False) for page in pages)


async def test_a_refusal_is_never_distorted(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = {**await connect(COFFEE), "access_token": "act.unknown"}
    await switch_on(tiktok, {"fault": "null"}, {"fault": "50000"})
    assert (await ask(tiktok, token)).json()["code"] == 40105
    assert (await logged(tiktok))[-1]["fault"] is None


@pytest.mark.parametrize(("fault", "status"), [("http_500", 500), ("http_502", 502)])
async def test_a_gateway_s_error_has_no_envelope(
    served: httpx.AsyncClient, connect: Connect, fault: str, status: int
) -> None:
    token = await connect(COFFEE)
    await switch_on(served, {"fault": fault})
    reply = await ask(served, token)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "text/html; charset=utf-8")
    with pytest.raises(ValueError, match="Expecting value"):
        reply.json()
    entry = (await logged(served))[-1]
    assert (entry["fault"], entry["http_status"], entry["body"], entry["sent"]) == (fault, status, None, reply.text)


async def test_malformed_json_is_complete_http(served: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    await switch_on(served, {"fault": "malformed_json"})
    reply = await ask(served, token)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    with pytest.raises(ValueError, match=r"line 1 column \d+"):
        reply.json()
    entry = (await logged(served))[-1]
    assert (entry["fault"], entry["body"], entry["sent"]) == ("malformed_json", None, reply.text)


async def test_a_cut_connection_ends_in_the_middle_of_the_body(served: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    await switch_on(served, {"fault": "cut_connection"})
    received: list[bytes] = []
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        await receive(served, token, received)
    entry = (await logged(served))[-1]
    sent = b"".join(received).decode()
    assert (entry["fault"], entry["body"], entry["sent"]) == ("cut_connection", None, sent)
    assert sent.startswith('{"code": 0')


async def test_a_time_out_never_answers(served: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    await switch_on(served, {"fault": "time_out"})
    with pytest.raises(httpx.ReadTimeout):
        async with httpx.AsyncClient(base_url=served.base_url, timeout=1.0) as impatient:
            await ask(impatient, token)
    entry = (await logged(served))[-1]
    assert (entry["fault"], entry["http_status"], entry["body"], entry["sent"]) == ("time_out", None, None, "")


async def test_a_time_out_ends_with_the_sandbox_and_is_told_nothing(
    app: Starlette, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    token = await connect(COFFEE)
    async with httpx.AsyncClient(timeout=120.0) as client:
        async with serving(app) as address:
            client.base_url = httpx.URL(address)
            await switch_on(client, {"fault": "time_out"})
            waiting = asyncio.create_task(ask(client, token))
            async with asyncio.timeout(120):
                while (await logged(client))[-1]["fault"] != "time_out":
                    await asyncio.sleep(0.01)
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            await waiting
    assert [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


async def test_a_slow_body_drips_and_is_whole_in_the_end(served: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    await switch_on(served, {"fault": "slow_body", "seconds": 0.5})
    pieces: list[bytes] = []
    await receive(served, token, pieces)
    assert len(pieces) > 5
    entry = (await logged(served))[-1]
    assert (entry["fault"], entry["body"]) == ("slow_body", json.loads(b"".join(pieces)))


def date_of(reply: httpx.Response) -> datetime:
    (text,) = reply.headers.get_list("date")
    return parsedate_to_datetime(text)


async def test_the_date_is_the_domain_s_and_a_skewed_server_s_is_not(
    served: httpx.AsyncClient, connect: Connect, clock_file: Path
) -> None:
    token = await connect(COFFEE)
    assert date_of(await ask(served, token)) == START
    jump_clock(clock_file, timedelta(days=2))
    assert date_of(await served.get("/_sandbox/accounts")) == START + timedelta(days=2)
    await switch_on(served, {"fault": "clock_skew", "seconds": 7200.0})
    replies = [await ask(served, token) for _ in range(8)]
    offsets = {date_of(reply) - START - timedelta(days=2) for reply in replies}
    assert offsets == {timedelta(hours=2), timedelta(hours=-2)}
    assert all(reply.json()["request_id"].startswith(date_of(reply).strftime("%Y%m%d%H%M%S")) for reply in replies)
    entries = (await logged(served))[-8:]
    assert {entry["fault"] for entry in entries} == {"clock_skew"}
    assert {entry["at"] for entry in entries} == {(START + timedelta(days=2)).isoformat(timespec="microseconds")}


async def test_a_rule_strikes_only_its_endpoint_and_account(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    coffee, jonas = await connect(COFFEE), await connect(JONAS)
    rule = {"fault": "50000", "path": "/video/list/", "open_id": coffee["open_id"]}
    await switch_on(tiktok, rule)
    asked = [(coffee, LIST), (coffee, GET), (jonas, LIST), (jonas, GET)]
    codes = [(await ask(tiktok, token, path)).json()["code"] for token, path in asked]
    assert codes == [50000, 0, 0, 0]
    assert (await tiktok.get("/_sandbox/faults")).json()["rules"] == [{**rule, "share": 1.0}]
    await tiktok.delete("/_sandbox/faults")
    assert (await ask(tiktok, coffee)).json()["code"] == 0


def test_shares_are_kept_and_the_same_seed_strikes_the_same_answers() -> None:
    rules = [Rule(fault=name, share=0.1) for name in FAULTS]

    def names(seed: int) -> list[str | None]:
        struck = [faults.strike(rules, seed=seed, number=number, path=GET, open_id="a") for number in range(3_000)]
        return [strike.rule.fault if strike.rule else None for strike in struck]

    seen = Counter(names(7))
    assert set(seen) == {*FAULTS, None}
    # Every fault draws for itself, so none at all is left with 0.9 to the power of their number.
    assert seen[None] == pytest.approx(3_000 * 0.9 ** len(FAULTS), rel=0.3)
    assert min(seen[name] for name in FAULTS) > 60
    assert names(7) == names(7) != names(8)
    alone = [faults.strike(rules[:1], seed=7, number=number, path=GET, open_id="a").rule for number in range(3_000)]
    assert sum(rule is not None for rule in alone) == pytest.approx(300, rel=0.2)


async def test_in_a_storm_the_log_says_exactly_what_each_client_got(
    served: httpx.AsyncClient, connect: Connect
) -> None:
    token = await connect(COFFEE)
    every = [{"fault": name, "share": 0.1, **({"seconds": 0.05} if name == "slow_body" else {})} for name in FAULTS]
    await switch_on(served, *every)
    got: list[tuple[int | None, str | None]] = []
    async with httpx.AsyncClient(base_url=served.base_url, timeout=2.0) as client:
        for number in range(60):
            try:
                reply = await ask(client, token, LIST if number % 2 else GET)
                got.append((reply.status_code, reply.text))
            except httpx.TimeoutException:
                got.append((None, ""))
            except httpx.RemoteProtocolError:
                got.append((200, None))
    entries = (await logged(served))[1:]
    assert len(entries) == len(got) == 60
    for entry, (status, text) in zip(entries, got, strict=True):
        assert entry["http_status"] == status
        if entry["fault"] == "cut_connection":
            assert text is None
        elif entry["body"] is None:
            assert entry["sent"] == text
        else:
            assert entry["body"] == json.loads(text or "")
    assert len({entry["fault"] for entry in entries}) > 15


async def test_rules_outlive_the_process(
    tiktok: httpx.AsyncClient, connect: Connect, settings: SandboxSettings, clock_file: Path
) -> None:
    token = await connect(COFFEE)
    await switch_on(tiktok, {"fault": "60001", "share": 1.0})
    with open_sandbox(settings, FileClock(clock_file)) as again:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(again.app), base_url="http://t") as other:
            assert (await ask(other, token)).json()["code"] == 60001


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"rules": [{"fault": "gremlins"}]}, "rules.0.fault: Value error, unknown fault 'gremlins'; there are 40001"),
        ({"rules": [{"fault": "null", "share": 1.5}]}, "rules.0.share"),
        ({"rules": [{"fault": "null", "share": 0}]}, "rules.0.share"),
        ({"rules": [{"fault": "null", "seconds": 3.0}]}, "takes no seconds"),
        ({"rules": [{"fault": "null", "when": "now"}]}, "rules.0.when"),
        (
            {"rules": [{"fault": "null"}, {"fault": "null", "path": "/business/gett/"}]},
            "rules.1.path is the end of none",
        ),
        ({"rules": [{"fault": "null", "open_id": "nobody"}]}, "rules.0.open_id names no account"),
        ([], "body: "),
        ("{", "body: "),
    ],
)
async def test_a_wrong_rule_is_named_and_changes_nothing(
    tiktok: httpx.AsyncClient, connect: Connect, body: object, said: str
) -> None:
    await switch_on(tiktok, {"fault": "50002", "path": LIST})
    content = body if isinstance(body, str) else json.dumps(body)
    reply = await tiktok.put("/_sandbox/faults", content=content)
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert said in reply.json()["detail"]
    assert (await ask(tiktok, await connect(COFFEE))).json()["code"] == 50002


async def test_a_slow_answer_holds_up_nobody_else(served: httpx.AsyncClient, connect: Connect) -> None:
    token, jonas = await connect(COFFEE), await connect(JONAS)
    await switch_on(served, {"fault": "time_out", "open_id": token["open_id"]})
    waiting = asyncio.create_task(ask(served, token))
    assert (await ask(served, jonas)).json()["code"] == 0
    assert not waiting.done()
    waiting.cancel()
