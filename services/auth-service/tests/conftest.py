"""Every fixture of these tests; here those of the HTTP face, which stand on all others."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from auth_service import bootstrap
from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_keys
from auth_service.adapters.mail.words import TemplateWords
from auth_service.adapters.provider import OpenIdProvider, Registration
from auth_service.adapters.randomness import SystemSecrets
from auth_service.adapters.service_callers import SignedCallers
from auth_service.bootstrap.early_access import early_access_routers
from auth_service.bootstrap.people import People, people_of, people_routers
from auth_service.bootstrap.signing_in import guarded
from auth_service.domain.identity import Person
from auth_service.entrypoints.apps import internal_app, public_app
from auth_service.entrypoints.browser import Browsers
from auth_service.entrypoints.callback import callback_router
from auth_service.entrypoints.connect_links import connect_links_router
from auth_service.entrypoints.connection_actions import actions_router
from auth_service.entrypoints.connections import connections_router
from auth_service.entrypoints.erasures import erasures_router
from auth_service.entrypoints.idempotency import idempotency_of
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
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.hearing import Hearing
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.linking import Linking
from auth_service.use_cases.second_factors import SecondFactorsOfUsers
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.signing_in_elsewhere import SigningInElsewhere
from auth_service.use_cases.trying_connections import TryingConnections
from auth_service.use_cases.viewing import Viewing
from common.runtime.clock import FileClock, WallClock

from .account_steps import (
    commanding,
    connecting,
    erasing,
    hearing,
    lending,
    letting_go,
    linking,
    releasing,
    telling,
    trying,
    viewing,
)
from .http_face import GOOD, PUBLIC_URL, sign_in
from .people_steps import (
    changing_password,
    creating,
    factors,
    limiting,
    operators,
    owner,
    owner_of,
    passwords,
    signing_in,
    stranger,
)
from .provider_steps import browser, provider, single_sign_on
from .scripted_tiktok import asked, script, tiktok
from .stand import (
    database,
    database_name,
    domain,
    domain_file,
    kafka,
    key_ring_file,
    mongo_server,
    mongo_url,
    service_key,
    service_public_key,
    session_key_file,
    stores,
    wall,
    wall_file,
)

# pytest takes them from here.
__all__ = [
    "asked",
    "browser",
    "changing_password",
    "commanding",
    "connecting",
    "creating",
    "database",
    "database_name",
    "domain",
    "domain_file",
    "erasing",
    "factors",
    "hearing",
    "kafka",
    "key_ring_file",
    "lending",
    "letting_go",
    "limiting",
    "linking",
    "mongo_server",
    "mongo_url",
    "operators",
    "owner",
    "passwords",
    "provider",
    "releasing",
    "script",
    "service_key",
    "service_public_key",
    "session_key_file",
    "signing_in",
    "single_sign_on",
    "stores",
    "stranger",
    "telling",
    "tiktok",
    "trying",
    "viewing",
    "wall",
    "wall_file",
]

Routers = tuple[APIRouter, ...]


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
    return people_of(stores, signing_in, PUBLIC_URL, wall)


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
            proofs=stores.half_proofs,
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
    signing_in: SigningIn,
    stores: bootstrap.Stores,
) -> FastAPI:
    early_access = early_access_routers(stores, signing_in)
    idempotency = idempotency_of(stores.replays, signing_in, signing_in.wall)
    return public_app((*session_routers, *connection_routers, *ending_routers, *early_access), idempotency)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
async def internal(lending: LendingTokens, people: People, service_public_key: str) -> AsyncIterator[httpx.AsyncClient]:
    callers = SignedCallers(dict.fromkeys(("ingestor", "query-api"), service_public_key), WallClock())
    app = internal_app((tokens_router(lending, callers), key_use_router(people.keys, callers)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://auth.test") as client:
        yield client


@pytest.fixture
async def bearer(http: httpx.AsyncClient, owner: Person) -> dict[str, str]:
    return await sign_in(http, GOOD["email"])


@pytest.fixture
async def operator(http: httpx.AsyncClient, creating: Creating, stores: bootstrap.Stores) -> dict[str, str]:
    """Signed in as the operator."""
    await owner_of(creating, stores, "olga@example.test")
    return await sign_in(http, "olga@example.test")


@pytest.fixture
async def others(http: httpx.AsyncClient, stranger: Person) -> dict[str, str]:
    """Signed in to another workspace."""
    return await sign_in(http, "bob@example.test")
