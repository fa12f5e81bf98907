"""Wires TikTok's client and what connects accounts."""

from auth_service.adapters import tiktok
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.early_access import allow_list_of
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints import callback
from auth_service.settings import AuthSettings
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.releasing import Releasing
from common.runtime.clock import WallClock, domain_clock


def tiktok_app(settings: AuthSettings) -> tiktok.TikTokApp:
    return tiktok.TikTokApp(
        app_id=settings.tiktok_app_id,
        client_key=settings.tiktok_client_key,
        secret=settings.tiktok_app_secret,
        authorize_url=settings.tiktok_authorize_url,
        redirect_uri=f"{settings.public_url}{callback.PATH}",
    )


def releasing_of(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> Releasing:
    return Releasing(
        pendings=stores.pendings,
        connections=stores.connections,
        grants=stores.grants,
        tiktok=client,
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )


def connecting_of(
    settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient, releasing: Releasing
) -> Connecting:
    return Connecting(
        states=stores.states,
        pendings=stores.pendings,
        grants=stores.grants,
        connections=stores.connections,
        tiktok=client,
        releasing=releasing,
        allow_list=allow_list_of(settings, stores),
        secrets=SystemSecrets(),
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )
