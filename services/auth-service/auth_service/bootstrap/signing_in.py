"""Wires what proves who somebody is: passwords, codes, the provider, sessions and operators."""

import httpx
from argon2 import PasswordHasher
from fastapi import APIRouter, Depends
from pydantic import SecretStr

from auth_service.adapters.access_tokens import JwtAccessTokens
from auth_service.adapters.passwords import Argon2Passwords
from auth_service.adapters.provider import SECONDS_TO_ANSWER, OpenIdProvider, Registration
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.people import witness_of
from auth_service.bootstrap.stores import Stores
from auth_service.domain.identity import normal_email
from auth_service.domain.limits import CALLBACK
from auth_service.entrypoints import provider
from auth_service.entrypoints.client import limited
from auth_service.entrypoints.passwords import passwords_router
from auth_service.entrypoints.second_factor import second_factor_router
from auth_service.entrypoints.session_list import session_list_router
from auth_service.settings import AuthSettings
from auth_service.use_cases.changing_password import ChangingPassword
from auth_service.use_cases.ending_sessions import EndingSessions
from auth_service.use_cases.limiting import Limiting
from auth_service.use_cases.operating import Operators
from auth_service.use_cases.second_factors import SecondFactorsOfUsers
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.signing_in_elsewhere import SigningInElsewhere
from common.runtime.clock import Clock, WallClock

RESET_PAGE = "/reset-password"


def limiting_of(stores: Stores) -> Limiting:
    return Limiting(counters=stores.counters, wall=WallClock())


def ending_of(stores: Stores, wall: Clock) -> EndingSessions:
    return EndingSessions(sessions=stores.sessions, workspaces=stores.workspaces, wall=wall)


def operators_of(settings: AuthSettings, stores: Stores) -> Operators:
    return Operators(users=stores.users, emails=frozenset(map(normal_email, settings.operator_emails)))


def signing_in_of(settings: AuthSettings, stores: Stores, tokens: JwtAccessTokens) -> SigningIn:
    passwords = Argon2Passwords(PasswordHasher())
    limiting = limiting_of(stores)
    factors = SecondFactorsOfUsers(
        factors=stores.factors,
        users=stores.users,
        passwords=passwords,
        notices=stores.notices,
        limiting=limiting,
        secrets=SystemSecrets(),
        wall=WallClock(),
    )
    return SigningIn(
        users=stores.users,
        workspaces=stores.workspaces,
        sessions=stores.sessions,
        passwords=passwords,
        factors=factors,
        operators=operators_of(settings, stores),
        limiting=limiting,
        ending=ending_of(stores, WallClock()),
        tokens=tokens,
        witness=witness_of(stores),
        secrets=SystemSecrets(),
        wall=WallClock(),
    )


def sign_in_routers(
    settings: AuthSettings, stores: Stores, signing_in: SigningIn, http: httpx.AsyncClient
) -> tuple[APIRouter, ...]:
    """Besides signing in itself."""
    elsewhere = _elsewhere(settings, stores, signing_in, http)
    own = (
        session_list_router(stores.sessions, signing_in, WallClock()),
        passwords_router(_changing(settings, stores, signing_in), signing_in),
        second_factor_router(signing_in.factors, signing_in),
        provider.ways_router(elsewhere),
    )
    if elsewhere is None:
        return own
    return (*own, guarded(signing_in.limiting, provider.provider_router(elsewhere, settings.public_url)))


def guarded(limiting: Limiting, router: APIRouter) -> APIRouter:
    """The same routes, so many times a minute from one address: they are where somebody else sends browsers."""
    guard = APIRouter(dependencies=[Depends(limited(limiting, CALLBACK))])
    guard.include_router(router)
    return guard


def _changing(settings: AuthSettings, stores: Stores, signing_in: SigningIn) -> ChangingPassword:
    return ChangingPassword(
        users=stores.users,
        ending=signing_in.ending,
        resets=stores.resets,
        passwords=signing_in.passwords,
        notices=stores.notices,
        limiting=signing_in.limiting,
        secrets=SystemSecrets(),
        wall=WallClock(),
        page=f"{settings.public_url}{RESET_PAGE}",
    )


def _elsewhere(
    settings: AuthSettings, stores: Stores, signing_in: SigningIn, http: httpx.AsyncClient
) -> SigningInElsewhere | None:
    if settings.oidc_issuer is None:
        return None
    secret = settings.oidc_client_secret_file.read_text().strip() if settings.oidc_client_secret_file else ""
    registration = Registration(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=SecretStr(secret),
        redirect_uri=f"{settings.public_url}{provider.CALLBACK_PATH}",
    )
    return SigningInElsewhere(
        name=settings.oidc_name,
        provider=OpenIdProvider(http, registration, WallClock()),
        attempts=stores.attempts,
        proofs=stores.half_proofs,
        identities=stores.identities,
        users=stores.users,
        signing_in=signing_in,
        secrets=SystemSecrets(),
        wall=WallClock(),
    )


def provider_http() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=SECONDS_TO_ANSWER, follow_redirects=False)
