"""Wires the public app."""

import httpx
from fastapi import FastAPI

from auth_service.adapters import tiktok
from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_keys
from auth_service.bootstrap.chores import erasing_of, letting_go_of
from auth_service.bootstrap.connection_routers import connection_routers
from auth_service.bootstrap.early_access import early_access_routers
from auth_service.bootstrap.mail import words_of
from auth_service.bootstrap.people import people_of, people_routers
from auth_service.bootstrap.signing_in import sign_in_routers, signing_in_of
from auth_service.bootstrap.states import States
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints.apps import public_app
from auth_service.entrypoints.erasures import erasures_router
from auth_service.entrypoints.idempotency import idempotency_of
from auth_service.entrypoints.letting_go import letting_go_router
from auth_service.entrypoints.notices import notices_router
from auth_service.entrypoints.sessions import key_set_router, sessions_router
from auth_service.settings import AuthSettings
from auth_service.use_cases.connecting import Connecting
from common.runtime.clock import WallClock


def public(
    settings: AuthSettings,
    stores: Stores,
    connecting: Connecting,
    *,
    client: tiktok.TikTokClient,
    states: States,
    elsewhere: httpx.AsyncClient,
) -> FastAPI:
    """`elsewhere` asks the OpenID Connect provider."""
    tokens = JwtAccessTokens(read_session_keys(settings.session_key_file), settings.public_url)
    signing_in = signing_in_of(settings, stores, tokens)
    secure = settings.public_url.startswith("https://")
    people = people_of(stores, signing_in, settings.public_url)
    routers = (
        sessions_router(signing_in, secure_cookies=secure),
        key_set_router(tokens),
        *connection_routers(
            settings, stores, client=client, connecting=connecting, states=states, signing_in=signing_in
        ),
        letting_go_router(letting_go_of(settings, stores, client), signing_in),
        erasures_router(erasing_of(settings, stores, client), signing_in),
        *people_routers(people, signing_in, secure_cookies=secure),
        notices_router(stores.notices, words_of(settings), signing_in, WallClock()),
        *early_access_routers(stores, signing_in),
        *sign_in_routers(settings, stores, signing_in, elsewhere),
    )
    return public_app(routers, idempotency_of(stores.replays, signing_in, WallClock()))
