"""The real Mongo and Kafka for a test run; a scripted TikTok and two clocks that stand still until moved."""

import asyncio
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from auth_service import bootstrap
from auth_service.adapters import mongo
from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_keys
from auth_service.adapters.collection_statuses import MongoCollectionStatuses
from auth_service.adapters.connection_scans import MongoConnectionScans
from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.mail.words import TemplateWords
from auth_service.adapters.passwords import Argon2Passwords
from auth_service.adapters.provider import OpenIdProvider, Registration
from auth_service.adapters.randomness import SystemSecrets
from auth_service.adapters.service_callers import SignedCallers
from auth_service.adapters.tiktok import TikTokApp, TikTokClient
from auth_service.adapters.token_cipher import TokenCipher, read_key_ring
from auth_service.bootstrap.people import People, people_of, people_routers, witness_of
from auth_service.bootstrap.signing_in import guarded
from auth_service.domain.identity import Person, person
from auth_service.entrypoints.apps import internal_app, public_app
from auth_service.entrypoints.browser import Browsers
from auth_service.entrypoints.callback import callback_router
from auth_service.entrypoints.connect_links import connect_links_router
from auth_service.entrypoints.connection_actions import actions_router
from auth_service.entrypoints.connections import connections_router
from auth_service.entrypoints.early_access import early_access_router, operator_router
from auth_service.entrypoints.erasures import erasures_router
from auth_service.entrypoints.idempotency import Idempotency
from auth_service.entrypoints.internal import tokens_router
from auth_service.entrypoints.key_use import key_use_router
from auth_service.entrypoints.letting_go import letting_go_router
from auth_service.entrypoints.notices import notices_router
from auth_service.entrypoints.passwords import passwords_router
from auth_service.entrypoints.provider import provider_router, ways_router
from auth_service.entrypoints.second_factor import second_factor_router
from auth_service.entrypoints.session_list import session_list_router
from auth_service.entrypoints.sessions import key_set_router, sessions_router
from auth_service.entrypoints.webhooks import webhooks_router
from auth_service.use_cases.changing_password import ChangingPassword
from auth_service.use_cases.commanding import Commanding
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.creating import Creating
from auth_service.use_cases.early_access import AskingForAccess, DecidingOnAccess
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.hearing import Hearing
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.limiting import Limiting
from auth_service.use_cases.linking import Linking
from auth_service.use_cases.operating import Operators
from auth_service.use_cases.releasing import Releasing
from auth_service.use_cases.second_factors import SecondFactorsOfUsers
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.signing_in_elsewhere import SigningInElsewhere
from auth_service.use_cases.trying_connections import TryingConnections
from auth_service.use_cases.viewing import Viewing
from common.bus.admin import apply_topics
from common.catalog import SCOPES
from common.runtime.clock import FileClock, set_clock
from embedded import ports, readiness

from .http_face import GOOD, PUBLIC_URL, sign_in

START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
# Slow enough that a whole test takes less than a millisecond of it.
STILL = 1e-7

Routers = tuple[APIRouter, ...]
Script = dict[str, list[httpx.Response | Exception]]


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = ports.choose({"mongo": 0})["mongo"]
    url = f"mongodb://127.0.0.1:{port}/?directConnection=true&retryWrites=false"
    folder = tmp_path_factory.mktemp("mongo")
    with _running("embedded.mongo", folder, "--port", str(port)):
        asyncio.run(readiness.mongo(url))
        yield url


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    chosen = ports.choose({"kafka": 0, "controller": 0})
    bootstrap_server = f"127.0.0.1:{chosen['kafka']}"
    folder = tmp_path_factory.mktemp("kafka")
    listening = ("--port", str(chosen["kafka"]), "--controller-port", str(chosen["controller"]))
    with _running("embedded.kafka", folder, *listening):
        asyncio.run(readiness.kafka(bootstrap_server))
        asyncio.run(apply_topics(bootstrap_server))
        yield bootstrap_server


@contextmanager
def _running(module: str, folder: Path, *arguments: str) -> Iterator[None]:
    """A part as a process of its own, ended with the block; its log lies beside its data."""
    line = [sys.executable, "-m", module, "--data", str(folder), *arguments]
    with folder.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(line, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture(scope="session")
def key_ring_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "token-keys.json"
    keys = {"k1": b64encode(os.urandom(32)).decode(), "k2": b64encode(os.urandom(32)).decode()}
    path.write_text(json.dumps({"active": "k2", "keys": keys}))
    return path


@pytest.fixture(scope="session")
def session_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "session.pem"
    key = generate_private_key(SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture(scope="session")
def service_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="session")
def service_public_key(service_key: Ed25519PrivateKey) -> str:
    return service_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture
def domain_file(tmp_path: Path) -> Path:
    """Move it with `jump_clock`."""
    path = tmp_path / "domain.json"
    set_clock(path, now=START, rate=STILL)
    return path


@pytest.fixture
def wall_file(tmp_path: Path) -> Path:
    path = tmp_path / "wall.json"
    set_clock(path, now=datetime.now(UTC), rate=STILL)
    return path


@pytest.fixture
def domain(domain_file: Path) -> FileClock:
    return FileClock(domain_file)


@pytest.fixture
def wall(wall_file: Path) -> FileClock:
    return FileClock(wall_file)


@pytest.fixture
def database_name() -> str:
    return f"auth_{uuid4().hex}"


@pytest.fixture
async def database(mongo_url: str, database_name: str) -> AsyncIterator[mongo.Database]:
    async with mongo.opened(mongo_url, database_name) as opened:
        yield opened


@pytest.fixture
async def stores(database: mongo.Database, key_ring_file: Path) -> bootstrap.Stores:
    await make_indexes(database)
    return bootstrap.stores(database, TokenCipher(read_key_ring(key_ring_file)), lambda: None)


@pytest.fixture
def script() -> Script:
    """What TikTok answers next, by path; a path whose list is empty answers as it should."""
    return {}


@pytest.fixture
def asked() -> list[httpx.Request]:
    """Every request TikTok got."""
    return []


@pytest.fixture
async def tiktok(script: Script, asked: list[httpx.Request]) -> AsyncIterator[TikTokClient]:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        path = request.url.path.removeprefix("/open_api/v1.3/")
        planned = script.get(path, [])
        given = planned.pop(0) if planned else _usual(path, len(asked))
        if isinstance(given, Exception):
            raise given
        return given

    app = TikTokApp(
        app_id="7123",
        client_key="key-1",
        secret=SecretStr("not-a-real-secret"),
        authorize_url="http://tiktok.test/v2/auth/authorize",
        redirect_uri=f"{PUBLIC_URL}/oauth/tiktok/callback/",
    )
    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(base_url="http://tiktok.test/open_api/v1.3/", transport=transport) as http:
        yield TikTokClient(http, app)


def _usual(path: str, number: int) -> httpx.Response:
    tokens = {
        "open_id": "open-1",
        "access_token": f"act.secret-{number}",
        "refresh_token": f"rft.secret-{number}",
        "expires_in": 86400,
        "refresh_token_expires_in": 31536000,
        "scope": ",".join(SCOPES),
    }
    profile = {
        "username": "northlight",
        "display_name": "Northlight",
        "profile_image": "https://pictures.test/1.jpg",
        "is_business_account": True,
    }
    data = {
        "tt_user/oauth2/token/": tokens,
        "tt_user/oauth2/refresh_token/": tokens,
        "tt_user/oauth2/revoke/": {},
        "business/get/": profile,
        "business/video/list/": {"videos": [], "has_more": False},
    }
    return httpx.Response(200, json={"code": 0, "message": "OK", "request_id": "1", "data": data[path]})


@pytest.fixture
def releasing(stores: bootstrap.Stores, tiktok: TikTokClient, domain: FileClock, wall: FileClock) -> Releasing:
    return Releasing(
        pendings=stores.pendings,
        connections=stores.connections,
        grants=stores.grants,
        tiktok=tiktok,
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def connecting(
    stores: bootstrap.Stores, tiktok: TikTokClient, releasing: Releasing, domain: FileClock, wall: FileClock
) -> Connecting:
    return Connecting(
        states=stores.states,
        pendings=stores.pendings,
        grants=stores.grants,
        connections=stores.connections,
        tiktok=tiktok,
        releasing=releasing,
        secrets=SystemSecrets(),
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def linking(stores: bootstrap.Stores, connecting: Connecting, wall: FileClock) -> Linking:
    return Linking(
        links=stores.links, workspaces=stores.workspaces, connecting=connecting, secrets=SystemSecrets(), wall=wall
    )


@pytest.fixture
def viewing(database: mongo.Database) -> Viewing:
    return Viewing(statuses=MongoCollectionStatuses(database), pages=MongoConnectionScans(database))


@pytest.fixture
def lending(stores: bootstrap.Stores, tiktok: TikTokClient, domain: FileClock, wall: FileClock) -> LendingTokens:
    return LendingTokens(
        connections=stores.connections,
        grants=stores.grants,
        tiktok=tiktok,
        margin=timedelta(minutes=15),
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def trying(
    connecting: Connecting, lending: LendingTokens, stores: bootstrap.Stores, tiktok: TikTokClient, wall: FileClock
) -> TryingConnections:
    return TryingConnections(
        connecting=connecting,
        lending=lending,
        tiktok=tiktok,
        leases=stores.leases,
        secrets=SystemSecrets(),
        wall=wall,
    )


@pytest.fixture
def commanding(connecting: Connecting, stores: bootstrap.Stores, domain: FileClock) -> Commanding:
    return Commanding(connecting=connecting, queue=stores.commands, secrets=SystemSecrets(), domain=domain)


@pytest.fixture
def hearing(stores: bootstrap.Stores, domain: FileClock, wall: FileClock) -> Hearing:
    return Hearing(
        app_id="7123",
        client_key="key-1",
        secret=SecretStr("not-a-real-secret"),
        heard=stores.heard,
        grants=stores.grants,
        connections=stores.connections,
        domain=domain,
        wall=wall,
    )


@pytest.fixture(scope="session")
def passwords() -> Argon2Passwords:
    """At the least cost; what the cost is for is tested with the real one."""
    return Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def creating(stores: bootstrap.Stores, passwords: Argon2Passwords, wall: FileClock) -> Creating:
    return Creating(
        users=stores.users,
        workspaces=stores.workspaces,
        keys=stores.keys,
        passwords=passwords,
        secrets=SystemSecrets(),
        wall=wall,
    )


@pytest.fixture
def limiting(stores: bootstrap.Stores, wall: FileClock) -> Limiting:
    return Limiting(counters=stores.counters, wall=wall)


@pytest.fixture
def factors(
    stores: bootstrap.Stores, passwords: Argon2Passwords, limiting: Limiting, wall: FileClock
) -> SecondFactorsOfUsers:
    return SecondFactorsOfUsers(
        factors=stores.factors,
        users=stores.users,
        passwords=passwords,
        notices=stores.notices,
        limiting=limiting,
        secrets=SystemSecrets(),
        wall=wall,
    )


@pytest.fixture
def operators(stores: bootstrap.Stores) -> Operators:
    """One, who is also a member of a workspace."""
    return Operators(users=stores.users, emails=frozenset({"olga@example.test"}))


@pytest.fixture
def changing_password(
    stores: bootstrap.Stores, passwords: Argon2Passwords, limiting: Limiting, wall: FileClock
) -> ChangingPassword:
    return ChangingPassword(
        users=stores.users,
        sessions=stores.sessions,
        resets=stores.resets,
        passwords=passwords,
        notices=stores.notices,
        limiting=limiting,
        secrets=SystemSecrets(),
        wall=wall,
        page=f"{PUBLIC_URL}/reset-password",
    )


@pytest.fixture
def signing_in(
    stores: bootstrap.Stores,
    passwords: Argon2Passwords,
    factors: SecondFactorsOfUsers,
    operators: Operators,
    limiting: Limiting,
    session_key_file: Path,
    wall: FileClock,
) -> SigningIn:
    return SigningIn(
        users=stores.users,
        workspaces=stores.workspaces,
        sessions=stores.sessions,
        passwords=passwords,
        factors=factors,
        operators=operators,
        limiting=limiting,
        tokens=JwtAccessTokens(read_session_keys(session_key_file), PUBLIC_URL),
        witness=witness_of(stores, wall),
        secrets=SystemSecrets(),
        wall=wall,
    )


@pytest.fixture
async def owner(creating: Creating, stores: bootstrap.Stores) -> Person:
    return await _owner(creating, stores, "ada@example.test")


@pytest.fixture
async def stranger(creating: Creating, stores: bootstrap.Stores) -> Person:
    """The owner of another workspace."""
    return await _owner(creating, stores, "bob@example.test")


async def _owner(creating: Creating, stores: bootstrap.Stores, email: str) -> Person:
    password = SecretStr("correct horse battery")
    created = await creating.create(name="Studio", email=email, password=password, timezone="Europe/Berlin")
    workspace = await stores.workspaces.get(created.workspace_id)
    assert workspace is not None
    return person(workspace, workspace.members[0])


@pytest.fixture
def letting_go(stores: bootstrap.Stores, tiktok: TikTokClient, domain: FileClock, wall: FileClock) -> LettingGo:
    return LettingGo(
        connections=stores.connections,
        grants=stores.grants,
        pendings=stores.pendings,
        tiktok=tiktok,
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def erasing(stores: bootstrap.Stores, letting_go: LettingGo, domain: FileClock, wall: FileClock) -> Erasing:
    return Erasing(
        erasures=stores.erasures,
        connections=stores.connections,
        grants=stores.grants,
        workspaces=stores.workspaces,
        workspace_keys=stores.workspace_keys,
        traces=stores.traces,
        closing=stores.closing,
        letting_go=letting_go,
        audiences=stores.audiences,
        notices=stores.notices,
        secrets=SystemSecrets(),
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def ending_routers(letting_go: LettingGo, erasing: Erasing, signing_in: SigningIn) -> Routers:
    return letting_go_router(letting_go, signing_in), erasures_router(erasing, signing_in)


@pytest.fixture
def connection_routers(
    connecting: Connecting,
    linking: Linking,
    viewing: Viewing,
    trying: TryingConnections,
    commanding: Commanding,
    hearing: Hearing,
    signing_in: SigningIn,
) -> Routers:
    browsers = Browsers(secrets=SystemSecrets(), secure=False)
    return (
        connections_router(connecting, viewing, signing_in, browsers),
        connect_links_router(linking, signing_in, browsers, public_url=PUBLIC_URL),
        actions_router(connecting, viewing, trying, commanding, signing_in),
        guarded(signing_in.limiting, callback_router(connecting, PUBLIC_URL, browsers)),
        webhooks_router(hearing),
    )


@pytest.fixture
def people(stores: bootstrap.Stores, signing_in: SigningIn, wall: FileClock) -> People:
    return people_of(stores, signing_in.tokens, signing_in.passwords, PUBLIC_URL, wall)


@pytest.fixture
def early_access_routers(
    stores: bootstrap.Stores, signing_in: SigningIn, limiting: Limiting, operators: Operators, wall: FileClock
) -> Routers:
    asking = AskingForAccess(
        requests=stores.early_access,
        users=stores.users,
        operators=operators,
        notices=stores.notices,
        limiting=limiting,
        wall=wall,
    )
    deciding = DecidingOnAccess(requests=stores.early_access, users=stores.users, notices=stores.notices, wall=wall)
    return early_access_router(asking), operator_router(deciding, signing_in)


@pytest.fixture
async def elsewhere(
    signing_in: SigningIn, stores: bootstrap.Stores, wall: FileClock
) -> AsyncIterator[SigningInElsewhere]:
    """A provider that does not answer; test_provider.py has one that does."""
    registration = Registration(
        issuer="http://provider.test", client_id="c", client_secret=SecretStr("s"), redirect_uri=f"{PUBLIC_URL}/x"
    )
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503))) as http:
        yield SigningInElsewhere(
            name="Studio login",
            provider=OpenIdProvider(http, registration, wall),
            attempts=stores.attempts,
            identities=stores.identities,
            users=stores.users,
            signing_in=signing_in,
            secrets=SystemSecrets(),
            wall=wall,
        )


@pytest.fixture
def session_routers(
    signing_in: SigningIn,
    elsewhere: SigningInElsewhere,
    people: People,
    changing_password: ChangingPassword,
    factors: SecondFactorsOfUsers,
    stores: bootstrap.Stores,
    session_key_file: Path,
    wall: FileClock,
) -> Routers:
    tokens = JwtAccessTokens(read_session_keys(session_key_file), PUBLIC_URL)
    return (
        sessions_router(signing_in, secure_cookies=False),
        key_set_router(tokens),
        *people_routers(people, signing_in, secure_cookies=False),
        notices_router(stores.notices, TemplateWords(PUBLIC_URL), signing_in, wall),
        session_list_router(stores.sessions, signing_in, wall),
        passwords_router(changing_password, signing_in),
        second_factor_router(factors, signing_in),
        ways_router(elsewhere),
        provider_router(elsewhere, PUBLIC_URL),
    )


@pytest.fixture
def app(
    session_routers: Routers,
    connection_routers: Routers,
    ending_routers: Routers,
    early_access_routers: Routers,
    signing_in: SigningIn,
    stores: bootstrap.Stores,
) -> FastAPI:
    idempotency = Idempotency(replays=stores.replays, signing_in=signing_in, wall=signing_in.wall)
    return public_app((*session_routers, *connection_routers, *ending_routers, *early_access_routers), idempotency)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
async def internal(lending: LendingTokens, people: People, service_public_key: str) -> AsyncIterator[httpx.AsyncClient]:
    callers = SignedCallers(dict.fromkeys(("ingestor", "query-api"), service_public_key))
    app = internal_app((tokens_router(lending, callers), key_use_router(people.keys, callers)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://auth.test") as client:
        yield client


@pytest.fixture
async def bearer(http: httpx.AsyncClient, owner: Person) -> dict[str, str]:
    return await sign_in(http, GOOD["email"])


@pytest.fixture
async def operator(http: httpx.AsyncClient, creating: Creating, stores: bootstrap.Stores) -> dict[str, str]:
    """Signed in as the operator."""
    await _owner(creating, stores, "olga@example.test")
    return await sign_in(http, "olga@example.test")


@pytest.fixture
async def others(http: httpx.AsyncClient, stranger: Person) -> dict[str, str]:
    """Signed in to another workspace."""
    return await sign_in(http, "bob@example.test")
