"""API keys over HTTP and on the real database: shown once, rotated with overlap, revoked for good."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auth_service.bootstrap import Stores
from auth_service.domain.api_key import MOST_KEYS, key_event
from auth_service.domain.identity import Person
from auth_service.domain.record import fingerprint
from common.documents import store
from common.events import AccessV1, KeyAccess
from common.runtime.clock import FileClock

from .http_face import problem

WISH = {"name": "Reports", "scopes": ["export", "read"]}


async def make(http: httpx.AsyncClient, bearer: dict[str, str], **more: object) -> dict[str, dict[str, str]]:
    answer = await http.post("/auth/v1/keys", json={**WISH, **more}, headers=bearer)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made: dict[str, dict[str, str]] = answer.json()
    return made


async def listed(http: httpx.AsyncClient, bearer: dict[str, str]) -> dict[str, dict[str, object]]:
    keys = (await http.get("/auth/v1/keys", headers=bearer)).json()["keys"]
    return {key["key_id"]: key for key in keys}


async def told(stores: Stores, key_id: str) -> list[KeyAccess]:
    """What other services hear of the key, oldest first."""
    events = [event for unsent in await stores.keys.outbox.unsent() for event in unsent.events]
    access = [event.access for event in events if isinstance(event, AccessV1)]
    return [one for one in access if isinstance(one, KeyAccess) and one.key_id == key_id]


async def test_a_key_is_shown_once_and_told_by_its_hash(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, database: store.Database
) -> None:
    made = await make(http, bearer)
    key_id, whole = made["key"]["key_id"], str(made["api_key"])
    prefix, secret = f"toa_{key_id}_", whole.removeprefix(f"toa_{key_id}_")
    assert whole.startswith(prefix)
    shown = (await listed(http, bearer))[key_id]
    assert shown == made["key"]
    assert (shown["name"], shown["scopes"], shown["state"]) == ("Reports", ["read", "export"], "active")
    [access] = await told(stores, key_id)
    assert (access.secret_sha256, access.scopes, access.revoked) == (fingerprint(secret), ("read", "export"), False)
    for name in ("api_keys", "audit", "replays"):
        assert secret not in str(await database.collection(name).find({}))


async def test_a_key_is_for_accounts_of_its_workspace(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores
) -> None:
    none = await make(http, bearer, accounts=[])
    [access] = await told(stores, none["key"]["key_id"])
    assert access.accounts == ()
    foreign = {**WISH, "accounts": ["0190a3c8-0000-7000-8000-00000000abcd"]}
    assert problem(await http.post("/auth/v1/keys", json=foreign, headers=bearer)) == (422, "invalid-input")


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": []}, {"scopes": ["root"]}, {"name": ""}, {"expires_at": "2020-01-01T00:00:00Z"}, {"colour": "red"}],
)
async def test_what_a_key_cannot_be_is_refused(
    http: httpx.AsyncClient, bearer: dict[str, str], wrong: dict[str, object]
) -> None:
    answer = await http.post("/auth/v1/keys", json={**WISH, **wrong}, headers=bearer)
    assert problem(answer) == (422, "invalid-input")


async def test_a_revoked_key_stays_revoked_and_others_are_told(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores
) -> None:
    key_id = (await make(http, bearer))["key"]["key_id"]
    for _ in range(2):
        assert (await http.delete(f"/auth/v1/keys/{key_id}", headers=bearer)).status_code == 204
    assert (await listed(http, bearer))[key_id]["state"] == "revoked"
    assert [(one.revision, one.revoked) for one in await told(stores, key_id)] == [(1, False), (2, True)]


async def test_a_rotated_key_goes_on_beside_its_successor_for_the_overlap(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, wall: FileClock
) -> None:
    old = (await make(http, bearer))["key"]["key_id"]
    answer = await http.post(f"/auth/v1/keys/{old}/rotate", json={"overlap_hours": 2}, headers=bearer)
    new = answer.json()["key"]
    keys = await listed(http, bearer)
    assert (keys[old]["replaced_by"], keys[old]["state"]) == (new["key_id"], "active")
    assert (new["name"], new["scopes"], new["expires_at"]) == ("Reports", ["read", "export"], None)
    before, after = await told(stores, old)
    assert (before.expires_at, after.revoked) == (None, False)
    assert after.expires_at is not None
    assert abs(after.expires_at - wall.now() - timedelta(hours=2)) < timedelta(seconds=1)
    again = await http.post(f"/auth/v1/keys/{old}/rotate", json={}, headers=bearer)
    assert problem(again) == (422, "invalid-input")


async def test_without_overlap_the_old_key_ends_with_the_rotation(
    http: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    old = (await make(http, bearer))["key"]["key_id"]
    await http.post(f"/auth/v1/keys/{old}/rotate", json={"overlap_hours": 0}, headers=bearer)
    assert (await listed(http, bearer))[old]["state"] == "expired"


async def test_a_key_rotated_by_many_at_once_has_one_successor(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    old = (await make(http, bearer))["key"]["key_id"]
    rotating = (http.post(f"/auth/v1/keys/{old}/rotate", json={}, headers=bearer) for _ in range(5))
    answers = await asyncio.gather(*rotating)
    won = [answer.json()["key"]["key_id"] for answer in answers if answer.status_code == 201]
    assert len(won) == 1
    keys = await listed(http, bearer)
    assert keys[old]["replaced_by"] == won[0]
    fresh = [key for key in keys.values() if key["name"] == "Reports" and key["state"] == "active"]
    assert {str(key["key_id"]) for key in fresh} == {old, won[0]}, "those of the losers are revoked"


def service(key: Ed25519PrivateKey, name: str = "query-api") -> dict[str, str]:
    now = datetime.now(UTC)
    claims = {"iss": name, "aud": "auth-service", "iat": now, "exp": now + timedelta(seconds=60)}
    return {"Authorization": f"Bearer {jwt.encode(claims, key, algorithm='EdDSA')}"}


async def test_the_newest_use_of_a_key_is_shown_and_survives_its_changes(
    http: httpx.AsyncClient,
    bearer: dict[str, str],
    internal: httpx.AsyncClient,
    service_key: Ed25519PrivateKey,
    wall: FileClock,
) -> None:
    key_id = (await make(http, bearer))["key"]["key_id"]
    late, early = wall.now(), wall.now() - timedelta(minutes=3)
    for used_at in (late, early):
        uses = [
            {"key_id": key_id, "used_at": used_at.isoformat()},
            {"key_id": "unknown", "used_at": used_at.isoformat()},
        ]
        answer = await internal.post("/keys/used", json={"uses": uses}, headers=service(service_key))
        assert answer.status_code == 204, answer.text
    await http.delete(f"/auth/v1/keys/{key_id}", headers=bearer)
    shown = datetime.fromisoformat(str((await listed(http, bearer))[key_id]["last_used_at"]))
    assert abs(shown - late) < timedelta(milliseconds=2)


async def test_only_a_service_tells_the_use_of_keys_and_not_from_the_future(
    internal: httpx.AsyncClient, bearer: dict[str, str], service_key: Ed25519PrivateKey, wall: FileClock
) -> None:
    tomorrow = {"uses": [{"key_id": "k", "used_at": (wall.now() + timedelta(days=1)).isoformat()}]}
    assert problem(await internal.post("/keys/used", json=tomorrow, headers=bearer)) == (401, "caller-refused")
    for path, name in (("/keys/used", "ingestor"), ("/tokens", "query-api")):
        other = await internal.post(path, json=tomorrow, headers=service(service_key, name))
        assert problem(other) == (401, "caller-refused"), "each service may call what is for it alone"
    lied = await internal.post("/keys/used", json=tomorrow, headers=service(service_key))
    assert problem(lied) == (422, "invalid-input")


async def test_the_number_of_keys_has_a_limit(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, owner: Person
) -> None:
    [first] = await stores.keys.of_workspace(owner.workspace_id)
    for number in range(MOST_KEYS - 1):
        copy = first.successor(key_id=f"copy{number}", secret="s", created_by=owner.user_id, at=first.created_at)
        await stores.keys.add(copy, key_event(copy, copy.created_at))
    assert problem(await http.post("/auth/v1/keys", json=WISH, headers=bearer)) == (409, "too-many")
