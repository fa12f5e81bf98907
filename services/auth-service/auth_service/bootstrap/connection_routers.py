"""Wires every route about connections."""

from fastapi import APIRouter

from auth_service.adapters import tiktok
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.connecting import browsers_of, linking_of
from auth_service.bootstrap.internal import lending_of
from auth_service.bootstrap.signing_in import guarded
from auth_service.bootstrap.states import States
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints.callback import callback_router
from auth_service.entrypoints.connect_links import connect_links_router
from auth_service.entrypoints.connection_actions import actions_router
from auth_service.entrypoints.connections import connections_router
from auth_service.entrypoints.webhooks import webhooks_router
from auth_service.settings import AuthSettings
from auth_service.use_cases.commanding import Commanding
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.hearing import Hearing
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.trying_connections import TryingConnections
from common.runtime.clock import WallClock, domain_clock


def connection_routers(
    settings: AuthSettings,
    stores: Stores,
    *,
    client: tiktok.TikTokClient,
    connecting: Connecting,
    states: States,
    signing_in: SigningIn,
) -> tuple[APIRouter, ...]:
    browsers, url = browsers_of(settings), settings.public_url
    trying = _trying(settings, stores, client, connecting)
    return (
        connections_router(connecting, states.viewing, signing_in, browsers),
        actions_router(connecting, states.viewing, trying, _commanding(settings, stores, connecting), signing_in),
        connect_links_router(linking_of(stores, connecting), signing_in, browsers, public_url=url),
        guarded(signing_in.limiting, callback_router(connecting, url, browsers)),
        webhooks_router(_hearing(settings, stores)),
    )


def _trying(
    settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient, connecting: Connecting
) -> TryingConnections:
    return TryingConnections(
        connecting=connecting,
        lending=lending_of(settings, stores, client),
        tiktok=client,
        leases=stores.leases,
        secrets=SystemSecrets(),
        wall=WallClock(),
    )


def _commanding(settings: AuthSettings, stores: Stores, connecting: Connecting) -> Commanding:
    return Commanding(
        connecting=connecting,
        queue=stores.commands,
        secrets=SystemSecrets(),
        domain=domain_clock(settings.clock_file),
    )


def _hearing(settings: AuthSettings, stores: Stores) -> Hearing:
    return Hearing(
        app_id=settings.tiktok_app_id,
        client_key=settings.tiktok_client_key,
        secret=settings.tiktok_app_secret,
        heard=stores.heard,
        grants=stores.grants,
        connections=stores.connections,
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )
