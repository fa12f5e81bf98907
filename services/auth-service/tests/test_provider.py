"""Signing in with a real OpenID Connect provider over HTTP: there and back, and what is not let in."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr

from auth_service.bootstrap import Stores
from auth_service.bootstrap.signing_in import provider_http, sign_in_routers
from auth_service.domain.identity import Person
from auth_service.entrypoints.apps import public_app
from auth_service.settings import AuthSettings
from auth_service.use_cases.signing_in import SigningIn
from common.documents import store
from common.runtime.clock import jump_clock

from .http_face import PUBLIC_URL, problem
from .oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from .provider_steps import HERE, failed, there_and_back, to_provider


async def test_a_verified_address_signs_its_user_in(
    browser: httpx.AsyncClient, provider: OidcProvider, owner: Person
) -> None:
    assert (await browser.get("/auth/v1/sign-in-ways")).json() == {"provider": "Studio login"}
    assert await there_and_back(browser) == HERE
    assert "toa_oidc" not in browser.cookies
    refreshed = (await browser.post("/auth/v1/sessions/refresh")).json()
    assert refreshed["workspace_id"] == str(owner.workspace_id)


async def test_what_is_asked_is_bound_to_this_browser(
    browser: httpx.AsyncClient, database: store.Database, owner: Person
) -> None:
    started = await browser.get("/auth/v1/oidc/start")
    asked = {name: value[0] for name, value in parse_qs(urlsplit(started.headers["location"]).query).items()}
    assert (asked["code_challenge_method"], asked["response_type"], asked["scope"]) == ("S256", "code", "openid email")
    assert len(asked["code_challenge"]) == 43
    assert len(asked["nonce"]) == 64
    for attribute in ("HttpOnly", "SameSite=lax", "Path=/auth/v1/oidc", "Max-Age=600"):
        assert attribute in started.headers["set-cookie"]
    kept = str(await database.collection("provider_attempts").find_one({}))
    for secret in (asked["state"], asked["nonce"], browser.cookies["toa_oidc"]):
        assert secret not in kept


async def test_the_answer_in_another_browser_signs_nobody_in(browser: httpx.AsyncClient, owner: Person) -> None:
    back = await to_provider(browser)
    browser.cookies.clear()
    for cookie in ("", "toa_oidc=another"):
        answer = await browser.get(back, headers={"Cookie": cookie})
        assert answer.headers["location"] == failed("refused")
        assert "toa_refresh" not in answer.headers.get("set-cookie", "")


async def test_an_answer_is_good_once_and_for_ten_minutes(
    browser: httpx.AsyncClient, owner: Person, wall_file: Path
) -> None:
    back = await to_provider(browser)
    cookie = {"Cookie": f"toa_oidc={browser.cookies['toa_oidc']}"}
    assert (await browser.get(back, headers=cookie)).headers["location"] == HERE
    assert (await browser.get(back, headers=cookie)).headers["location"] == failed("refused")
    late = await to_provider(browser)
    jump_clock(wall_file, timedelta(minutes=10))
    assert (await browser.get(late)).headers["location"] == failed("refused")


@pytest.mark.parametrize(
    ("person", "lies", "reason"),
    [
        ({"email_verified": False}, {}, "nobody"),
        ({"email_verified": "true"}, {}, "nobody"),
        ({"email": "nobody@example.test"}, {}, "nobody"),
        ({"email": "no address"}, {}, "nobody"),
        ({}, {"nonce": "another"}, "refused"),
        ({}, {"aud": "another client"}, "refused"),
        ({}, {"aud": [CLIENT_ID, "another"], "azp": "another"}, "refused"),
        ({}, {"iss": "http://127.0.0.1:1"}, "refused"),
        ({}, {"exp": 1}, "refused"),
        ({}, {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "refused"),
    ],
)
async def test_a_token_that_is_not_good_lets_nobody_in(
    browser: httpx.AsyncClient,
    provider: OidcProvider,
    owner: Person,
    person: dict[str, Any],
    lies: dict[str, Any],
    reason: str,
) -> None:
    provider.person |= person
    provider.lies = lies
    assert await there_and_back(browser) == failed(reason)
    assert "toa_refresh" not in browser.cookies


async def test_a_token_of_a_key_that_is_not_the_providers_is_refused(
    browser: httpx.AsyncClient, provider: OidcProvider, owner: Person
) -> None:
    provider.signing = ECKey.generate_key("P-256", {"kid": str(provider.shown.kid)})
    assert await there_and_back(browser) == failed("refused")


async def test_a_linked_identity_stays_when_its_address_changes(
    browser: httpx.AsyncClient, provider: OidcProvider, owner: Person, stranger: Person
) -> None:
    assert await there_and_back(browser) == HERE
    provider.person |= {"email": "bob@example.test", "email_verified": True}
    assert await there_and_back(browser) == HERE
    refreshed = (await browser.post("/auth/v1/sessions/refresh")).json()
    assert refreshed["workspace_id"] == str(owner.workspace_id), "not the one who has the address now"


@pytest.mark.parametrize(
    "lie",
    [
        {"token_endpoint": "http://10.0.0.1/token"},
        {"jwks_uri": "http://169.254.169.254/latest/meta-data"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "file:///etc/passwd"},
        {"issuer": "http://another.test"},
    ],
)
async def test_an_endpoint_that_leads_elsewhere_is_not_asked(
    browser: httpx.AsyncClient, provider: OidcProvider, owner: Person, lie: dict[str, str]
) -> None:
    provider.discovery_lies = lie
    assert (await browser.get("/auth/v1/oidc/start")).headers["location"] == failed("refused")
    assert provider.asked["token"] == 0


async def test_a_provider_that_is_away_is_said_so(browser: httpx.AsyncClient, provider: OidcProvider) -> None:
    provider.discovery_lies = {"jwks_uri": None}
    assert (await browser.get("/auth/v1/oidc/start")).headers["location"] == failed("unavailable")


async def test_nobody_is_sent_to_another_site(browser: httpx.AsyncClient, owner: Person) -> None:
    back = await to_provider(browser)
    for name in ("next", "return_to", "redirect_uri", "url"):
        answer = await browser.get(f"{back}&{name}=https://evil.test/")
        assert answer.headers["location"].startswith(HERE)


async def test_the_settings_alone_make_a_provider(
    provider: OidcProvider,
    stores: Stores,
    signing_in: SigningIn,
    tmp_path: Path,
    session_key_file: Path,
    key_ring_file: Path,
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{CLIENT_SECRET}\n")
    settings = AuthSettings(
        http_port=1,
        kafka_bootstrap="unused",
        mongo_url="unused",
        public_url=PUBLIC_URL,
        tiktok_api_url="unused",
        tiktok_authorize_url="unused",
        tiktok_app_id="1",
        tiktok_app_secret=SecretStr("unused"),
        tiktok_client_key="unused",
        token_keys_file=key_ring_file,
        session_key_file=session_key_file,
        service_public_keys={},
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret_file=secret,
        oidc_name="Studio login",
    )
    async with provider_http() as outgoing:
        app = public_app(sign_in_routers(settings, stores, signing_in, outgoing))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC_URL) as client:
            assert (await client.get("/auth/v1/sign-in-ways")).json() == {"provider": "Studio login"}
            started = await client.get("/auth/v1/oidc/start")
            assert started.headers["location"].startswith(f"{provider.issuer}/authorize?")
            back = await outgoing.get(started.headers["location"])
            # Nobody is here yet: whoever the provider names finds no user.
            assert (await client.get(back.headers["location"])).headers["location"] == failed("nobody")


async def test_starting_is_limited(browser: httpx.AsyncClient) -> None:
    answers = [(await browser.get("/auth/v1/oidc/callback")) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [303] * 60 + [429]
    assert problem(answers[-1]) == (429, "too-many-tries")
