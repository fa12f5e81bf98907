"""A real OpenID Connect provider, and a browser that goes there and back."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from auth_service.adapters.provider import OpenIdProvider, Registration
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap import Stores
from auth_service.bootstrap.people import People, people_routers
from auth_service.bootstrap.signing_in import guarded
from auth_service.entrypoints.apps import public_app
from auth_service.entrypoints.provider import provider_router, ways_router
from auth_service.entrypoints.second_factor import second_factor_router
from auth_service.entrypoints.session_list import session_list_router
from auth_service.entrypoints.sessions import sessions_router
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.signing_in_elsewhere import SigningInElsewhere
from common.runtime.clock import FileClock
from common.runtime.process import serve
from embedded import ports, readiness

from .http_face import PUBLIC_URL
from .oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider

HERE = f"{PUBLIC_URL}/signed-in"


@pytest.fixture
async def provider() -> AsyncIterator[OidcProvider]:
    port = ports.choose({"oidc": 0})["oidc"]
    made = OidcProvider(issuer=f"http://127.0.0.1:{port}", redirect_uri=f"{PUBLIC_URL}/auth/v1/oidc/callback")
    stop = asyncio.Event()
    serving = asyncio.ensure_future(serve(made.app(), host="127.0.0.1", port=port, stop=stop))
    await readiness.http(f"{made.issuer}/jwks")
    yield made
    stop.set()
    await serving


@pytest.fixture
async def single_sign_on(
    provider: OidcProvider, stores: Stores, signing_in: SigningIn, wall: FileClock
) -> AsyncIterator[SigningInElsewhere]:
    registration = Registration(
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_secret=SecretStr(CLIENT_SECRET),
        redirect_uri=provider.redirect_uri,
    )
    async with httpx.AsyncClient() as http:
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
async def browser(
    single_sign_on: SigningInElsewhere,
    signing_in: SigningIn,
    people: People,
    stores: Stores,
    wall: FileClock,
) -> AsyncIterator[httpx.AsyncClient]:
    """Of somebody who signs in with the provider."""
    app = public_app(
        (
            sessions_router(signing_in, secure_cookies=False),
            session_list_router(stores.sessions, signing_in, wall),
            second_factor_router(signing_in.factors, signing_in),
            *people_routers(people, signing_in, secure_cookies=False),
            ways_router(single_sign_on),
            guarded(signing_in.limiting, provider_router(single_sign_on, PUBLIC_URL)),
        )
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC_URL) as client:
        yield client


async def to_provider(browser: httpx.AsyncClient, **wish: bool) -> str:
    """The address that the provider sends the browser back to."""
    started = await browser.get("/auth/v1/oidc/start", params=wish)
    assert started.status_code == 303
    async with httpx.AsyncClient() as http:
        return (await http.get(started.headers["location"])).headers["location"]


async def there_and_back(browser: httpx.AsyncClient, **wish: bool) -> str:
    """The page of ours where the browser then is."""
    answer = await browser.get(await to_provider(browser, **wish))
    assert answer.status_code == 303
    return answer.headers["location"]


def failed(reason: str) -> str:
    return f"{HERE}?failed={reason}"
