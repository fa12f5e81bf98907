"""Whatever the service asks of its database, a real MongoDB answers alike: it is all of the Stable API, version 1."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.bootstrap.people import People
from auth_service.domain.identity import Person
from auth_service.use_cases.creating import Creating
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.linking import Linking
from auth_service.use_cases.signing_in import SigningIn
from common.events import Role
from embedded.testing.recorder import Recorder, recorded
from embedded.testing.stable_api import COMMANDS, HANDSHAKE, violations

from .http_face import pend
from .world import Builder


@pytest.fixture
async def recorder(mongo_server: str) -> AsyncIterator[Recorder]:
    async with recorded(mongo_server) as between:
        yield between


@pytest.fixture
def mongo_url(recorder: Recorder) -> str:
    return recorder.url


@pytest.fixture
def builder(
    creating: Creating, stores: Stores, people: People, linking: Linking, erasing: Erasing, signing_in: SigningIn
) -> Builder:
    return Builder(
        creating=creating,
        stores=stores,
        people=people,
        linking=linking,
        erasing=erasing,
        tokens=signing_in.tokens,
        wall=signing_in.wall,
    )


async def test_people_and_what_they_see(
    recorder: Recorder, http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, builder: Builder
) -> None:
    tenant = await builder.tenant("zanzibar")
    theirs = builder.bearer(tenant.people[Role.OWNER])
    await builder.erasing.go_on()
    for path in ("connections", "members", "invitations", "keys", "audit", "notices", "connect-links", "erasures"):
        for who in (bearer, theirs):
            assert (await http.get(f"/auth/v1/{path}", headers=who)).status_code == 200, path
    for expiring in stores.expiring:
        await expiring.remove_expired(builder.wall.now())
    assert violations(recorder.commands) == []
    assert {"find", "insert", "update", "delete", "findAndModify"} <= set(recorder.names) <= COMMANDS.keys() | HANDSHAKE


async def test_an_account_from_its_consent_to_its_end(
    recorder: Recorder,
    http: httpx.AsyncClient,
    bearer: dict[str, str],
    owner: Person,
    stores: Stores,
    lending: LendingTokens,
    letting_go: LettingGo,
) -> None:
    pending = f"/auth/v1/connections/pending/{await pend(http, bearer)}"
    kept = await http.post(f"{pending}/confirm", headers={**bearer, "Idempotency-Key": "once"})
    account_id = UUID(kept.json()["account_id"])
    assert (await lending.token(account_id, 1)).token_version == 2
    await letting_go.disconnect(owner, account_id)
    await letting_go.let_go()
    for outbox in stores.outboxes:
        for unsent in await outbox.unsent():
            await outbox.acknowledged(unsent)
    assert violations(recorder.commands) == []


@pytest.mark.parametrize(
    "command",
    [
        {"update": "c", "updates": [{"q": {}, "u": [{"$set": {"a": 1}}]}]},
        {"findAndModify": "c", "query": {}, "update": [{"$set": {"a": 1}}]},
        {"findAndModify": "c", "query": {"$where": "1"}, "update": {"$set": {"a": 1}}},
        {"createIndexes": "c", "indexes": [{"key": {"a": 1}, "name": "a", "expireAfterSeconds": 1}]},
        {"aggregate": "c", "pipeline": [{"$changeStream": {}}], "cursor": {}},
        {"insert": "c", "documents": [{}], "startTransaction": True, "autocommit": False},
        {"find": "c", "filter": {}, "tailable": True},
        {"distinct": "c", "key": "a"},
    ],
    ids=lambda command: str(command)[:60],
)
def test_what_is_not_allowed_shows(command: dict[str, object]) -> None:
    assert len(violations([command])) >= 1
