"""Wires the public app."""

import httpx
from fastapi import FastAPI

from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_keys
from auth_service.bootstrap.early_access import early_access_routers
from auth_service.bootstrap.mail import words_of
from auth_service.bootstrap.signing_in import guarded, sign_in_routers, signing_in_of
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints import callback
from auth_service.entrypoints.apps import public_app
from auth_service.entrypoints.connections import connections_router
from auth_service.entrypoints.notices import notices_router
from auth_service.entrypoints.sessions import key_set_router, sessions_router
from auth_service.settings import AuthSettings
from auth_service.use_cases.connecting import Connecting
from common.runtime.clock import WallClock


def public(settings: AuthSettings, stores: Stores, connecting: Connecting, http: httpx.AsyncClient) -> FastAPI:
    """`http` asks the OpenID Connect provider."""
    tokens = JwtAccessTokens(read_session_keys(settings.session_key_file), settings.public_url)
    signing_in = signing_in_of(settings, stores, tokens)
    routers = (
        sessions_router(signing_in, secure_cookies=settings.public_url.startswith("https://")),
        key_set_router(tokens),
        connections_router(connecting, signing_in),
        guarded(signing_in.limiting, callback.callback_router(connecting, settings.public_url)),
        notices_router(stores.notices, words_of(settings), signing_in, WallClock()),
        *early_access_routers(stores, signing_in),
        *sign_in_routers(settings, stores, signing_in, http),
    )
    return public_app(routers)
