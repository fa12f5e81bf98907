"""Idempotency-Key: the second request gets the first answer, and nothing is made twice."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.errors import StoreUnavailable
from auth_service.use_cases.forgetting import Forgetting
from common.documents import store
from common.replays.kept import Sender, answered, running
from common.runtime.clock import FileClock, jump_clock

from .http_face import pend, problem

KEY = {"name": "Reports", "scopes": ["read"]}


async def make(
    http: httpx.AsyncClient, bearer: dict[str, str], *, key: str = "key-1", body: object = KEY
) -> httpx.Response:
    return await http.post("/auth/v1/keys", json=body, headers={**bearer, "Idempotency-Key": key})


async def count(http: httpx.AsyncClient, bearer: dict[str, str]) -> int:
    return len(
        [one for one in (await http.get("/auth/v1/keys", headers=bearer)).json()["keys"] if one["name"] == "Reports"]
    )


async def test_the_same_request_again_gets_the_same_answer(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database
) -> None:
    first, second = await make(http, bearer), await make(http, bearer)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (False, "true")
    assert second.headers["cache-control"] == "no-store"
    assert await count(http, bearer) == 1
    # The answer holds a secret; it is sealed where it is kept.
    assert first.json()["api_key"] not in str(await database.collection("replays").find({}))


async def test_the_key_with_another_request_is_refused(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    await make(http, bearer)
    answer = await make(http, bearer, body={**KEY, "scopes": ["export"]})
    assert problem(answer) == (422, "idempotency-key-reused")
    assert (await make(http, bearer, key="key-2")).status_code == 201
    assert await count(http, bearer) == 2


async def test_of_many_at_once_one_is_done(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    answers = await asyncio.gather(*(make(http, bearer) for _ in range(8)))
    made = [answer.json() for answer in answers if answer.status_code == 201]
    assert made
    assert all(one == made[0] for one in made)
    assert {problem(answer) for answer in answers if answer.status_code != 201} <= {(409, "busy")}
    assert await count(http, bearer) == 1


async def test_a_refused_request_may_be_mended_under_its_key(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    assert problem(await make(http, bearer, body={**KEY, "name": ""})) == (422, "invalid-input")
    assert (await make(http, bearer)).status_code == 201


async def test_the_key_of_another_person_is_another_key(
    http: httpx.AsyncClient, bearer: dict[str, str], others: dict[str, str]
) -> None:
    mine, theirs = await make(http, bearer), await make(http, others)
    assert mine.json()["key"]["key_id"] != theirs.json()["key"]["key_id"]
    assert "idempotency-replayed" not in theirs.headers


async def test_nobody_without_a_session_gets_a_kept_answer(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    await make(http, bearer)
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        assert problem(await make(http, headers)) == (401, "not-signed-in")


async def test_a_removed_member_gets_no_kept_answer(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database
) -> None:
    await make(http, bearer)
    await database.collection("workspaces").update({}, {"$set": {"members": []}})
    assert problem(await make(http, bearer)) == (401, "not-signed-in")


async def test_what_broke_off_is_not_done_again(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, monkeypatch: pytest.MonkeyPatch, wall_file: Path
) -> None:
    """The database answered late: the key may be there. Asking again must not make a second one."""
    add = stores.keys.add

    async def late(*arguments: object, **named: object) -> None:
        await add(*arguments, **named)  # type: ignore[arg-type]
        raise StoreUnavailable("The database did not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(stores.keys, "add", late)
        assert problem(await make(http, bearer)) == (503, "store-unavailable")
    assert problem(await make(http, bearer)) == (409, "busy")
    jump_clock(wall_file, timedelta(seconds=60))
    assert problem(await make(http, bearer)) == (409, "outcome-unknown")
    assert await count(http, bearer) == 1


async def test_an_answer_is_kept_for_a_day(stores: Stores, wall: FileClock, wall_file: Path) -> None:
    sweep = Forgetting(stores=stores.expiring, wall=wall).forget

    async def again() -> str | None:
        sent = running(sender=Sender(subject="a"), route="/x", key="k", body=b"{}", at=wall.now())
        present = await stores.replays.begin(sent)
        return present.answer if present else None

    assert await again() is None
    first = running(sender=Sender(subject="a"), route="/x", key="k", body=b"{}", at=wall.now())
    await stores.replays.finish(answered(first, status=201, answer="made"))
    jump_clock(wall_file, timedelta(hours=23, minutes=59))
    await sweep()
    assert await again() == "made"
    jump_clock(wall_file, timedelta(minutes=1))
    assert await again() is None, "also when the sweep has not been yet"


async def test_connecting_has_it_too(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    headers = {**bearer, "Idempotency-Key": "start"}
    first = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=headers)
    second = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=headers)
    assert first.json() == second.json()
    pending = await pend(http, bearer)
    confirm = f"/auth/v1/connections/pending/{pending}/confirm"
    kept = await http.post(confirm, headers={**bearer, "Idempotency-Key": "keep"})
    again = await http.post(confirm, headers={**bearer, "Idempotency-Key": "keep"})
    assert (kept.status_code, kept.json()) == (again.status_code, again.json()) == (201, kept.json())


@pytest.mark.parametrize("sent", ["", "x" * 256])
async def test_a_key_that_cannot_be_is_refused(http: httpx.AsyncClient, bearer: dict[str, str], sent: str) -> None:
    assert problem(await make(http, bearer, key=sent)) == (422, "invalid-input")


async def test_what_makes_nothing_takes_no_notice_of_the_header(
    http: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    headers = {**bearer, "Idempotency-Key": "same"}
    for name in ("One", "Two"):
        assert (await http.patch("/auth/v1/workspace", json={"name": name}, headers=headers)).json()["name"] == name
