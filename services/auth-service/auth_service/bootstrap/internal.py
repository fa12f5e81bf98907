"""Wires the app for other services."""

from datetime import timedelta

from fastapi import FastAPI

from auth_service.adapters import tiktok
from auth_service.adapters.service_callers import SignedCallers
from auth_service.bootstrap.people import managing_keys_of
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints.apps import internal_app
from auth_service.entrypoints.internal import tokens_router
from auth_service.entrypoints.key_use import key_use_router
from auth_service.settings import AuthSettings
from auth_service.use_cases.lending_tokens import LendingTokens
from common.runtime.clock import WallClock, domain_clock


def lending_of(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> LendingTokens:
    return LendingTokens(
        connections=stores.connections,
        grants=stores.grants,
        lent=stores.lent,
        tiktok=client,
        margin=timedelta(minutes=settings.token_margin_minutes),
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )


def internal(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> FastAPI:
    lending = lending_of(settings, stores, client)
    callers = SignedCallers(settings.service_public_keys, WallClock())
    return internal_app((tokens_router(lending, callers), key_use_router(managing_keys_of(stores), callers)))
