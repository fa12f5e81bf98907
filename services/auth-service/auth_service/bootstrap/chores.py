"""Wires what is done beside the requests, again and again."""

from collections.abc import Sequence

from auth_service.adapters import tiktok
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.connecting import releasing_of
from auth_service.bootstrap.people import auditing_of
from auth_service.bootstrap.stores import Stores
from auth_service.domain.errors import AuthError
from auth_service.settings import AuthSettings
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.forgetting import Forgetting
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.mailing import Mailing
from auth_service.use_cases.refreshing import Refreshing
from auth_service.use_cases.telling import Telling
from common.runtime.chores import Chore, Chores
from common.runtime.clock import WallClock, domain_clock


def chores_of(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient, mailing: Mailing | None) -> Chores:
    # A person waits for some of these mails.
    mails = (Chore(name="mail", every_seconds=1, work=mailing.send_due),) if mailing else ()
    chores = *mails, *_of_accounts(settings, stores, client), *_of_leftovers(settings, stores, client)
    return Chores(chores, waits_for=AuthError)


def _of_accounts(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> Sequence[Chore]:
    telling = _telling(settings, stores)
    erasing = erasing_of(settings, stores, client)
    return (
        # A try that TikTok does not answer is not repeated sooner than this.
        Chore(name="refresh", every_seconds=10, work=_refreshing(settings, stores, client).refresh_due),
        Chore(name="tell changes", every_seconds=1, work=telling.tell_changes),
        Chore(name="warn of ends", every_seconds=30, work=telling.warn_of_ends),
        Chore(name="let go", every_seconds=2, work=letting_go_of(settings, stores, client).let_go),
        Chore(name="erase", every_seconds=1, work=erasing.go_on),
        Chore(name="take along", every_seconds=2, work=erasing.take_along),
    )


def _of_leftovers(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> Sequence[Chore]:
    """What a request, or a killed replica, could not finish."""
    releasing = releasing_of(settings, stores, client)
    forgetting = Forgetting(stores=stores.expiring, wall=WallClock())
    return (
        Chore(name="carry audit entries", every_seconds=2, work=auditing_of(stores).carry),
        Chore(name="release", every_seconds=5, work=releasing.release_expired),
        Chore(name="forget", every_seconds=10, work=forgetting.forget),
    )


def letting_go_of(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> LettingGo:
    return LettingGo(
        connections=stores.connections,
        grants=stores.grants,
        pendings=stores.pendings,
        tiktok=client,
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )


def erasing_of(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> Erasing:
    return Erasing(
        erasures=stores.erasures,
        connections=stores.connections,
        workspaces=stores.workspaces,
        workspace_keys=stores.workspace_keys,
        traces=stores.traces,
        closing=stores.closing,
        letting_go=letting_go_of(settings, stores, client),
        audiences=stores.audiences,
        notices=stores.notices,
        secrets=SystemSecrets(),
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )


def _refreshing(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> Refreshing:
    return Refreshing(
        connections=stores.connections,
        grants=stores.grants,
        tiktok=client,
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )


def _telling(settings: AuthSettings, stores: Stores) -> Telling:
    return Telling(
        connections=stores.connections,
        grants=stores.grants,
        audiences=stores.audiences,
        notices=stores.notices,
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )
