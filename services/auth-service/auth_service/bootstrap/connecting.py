"""Wires TikTok's client and what connects accounts."""

from auth_service.adapters import tiktok
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints import callback
from auth_service.entrypoints.browser import Browsers
from auth_service.ports_connecting import Admission
from auth_service.settings import AuthSettings
from auth_service.use_cases.admitting import Allowed, BusinessOnly
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.early_access import Approved
from auth_service.use_cases.linking import Linking
from auth_service.use_cases.releasing import Releasing
from auth_service.use_cases.telling_link_makers import TellingLinkMakers
from common.runtime.clock import Clock, WallClock, domain_clock


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
        erasures=stores.erasures,
        tiktok=client,
        releasing=releasing,
        makers=makers_of(stores, WallClock()),
        secrets=SystemSecrets(),
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
        admissions=admissions_of(settings, stores),
    )


def makers_of(stores: Stores, wall: Clock) -> TellingLinkMakers:
    return TellingLinkMakers(
        links=stores.links, workspaces=stores.workspaces, users=stores.users, notices=stores.notices, wall=wall
    )


def admissions_of(settings: AuthSettings, stores: Stores) -> tuple[Admission, ...]:
    """What this deployment asks before a consent is kept, in this order."""
    allowed = (Allowed(Approved(requests=stores.early_access)),) if settings.early_access == "allowlist" else ()
    business = (BusinessOnly(),) if settings.require_business else ()
    return (*allowed, *business)


def linking_of(stores: Stores, connecting: Connecting) -> Linking:
    return Linking(
        links=stores.links,
        workspaces=stores.workspaces,
        connecting=connecting,
        secrets=SystemSecrets(),
        wall=WallClock(),
    )


def browsers_of(settings: AuthSettings) -> Browsers:
    return Browsers(secrets=SystemSecrets(), secure=settings.public_url.startswith("https://"))
