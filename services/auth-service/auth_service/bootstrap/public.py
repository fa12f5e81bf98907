"""Wires the public app."""

from argon2 import PasswordHasher
from fastapi import FastAPI

from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_key
from auth_service.adapters.passwords import Argon2Passwords
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.mail import words_of
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints import callback
from auth_service.entrypoints.apps import public_app
from auth_service.entrypoints.connections import connections_router
from auth_service.entrypoints.notices import notices_router
from auth_service.entrypoints.sessions import key_set_router, sessions_router
from auth_service.settings import AuthSettings
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.signing_in import SigningIn
from common.runtime.clock import WallClock


def public(settings: AuthSettings, stores: Stores, connecting: Connecting) -> FastAPI:
    tokens = JwtAccessTokens(read_session_key(settings.session_key_file), settings.public_url)
    signing_in = _signing_in(stores, tokens)
    routers = (
        sessions_router(signing_in, secure_cookies=settings.public_url.startswith("https://")),
        key_set_router(tokens),
        connections_router(connecting, signing_in),
        callback.callback_router(connecting, settings.public_url),
        notices_router(stores.notices, words_of(settings), signing_in, WallClock()),
    )
    return public_app(routers)


def _signing_in(stores: Stores, tokens: JwtAccessTokens) -> SigningIn:
    return SigningIn(
        users=stores.users,
        workspaces=stores.workspaces,
        sessions=stores.sessions,
        passwords=Argon2Passwords(PasswordHasher()),
        tokens=tokens,
        secrets=SystemSecrets(),
        wall=WallClock(),
    )
