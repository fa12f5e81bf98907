"""The use cases about accounts, over the real stores and the scripted TikTok."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from auth_service import bootstrap
from auth_service.adapters.collection_statuses import MongoCollectionStatuses
from auth_service.adapters.connection_scans import MongoConnectionScans
from auth_service.adapters.randomness import SystemSecrets
from auth_service.adapters.tiktok import TikTokClient
from auth_service.bootstrap.connecting import makers_of
from auth_service.use_cases.commanding import Commanding
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.hearing import Hearing
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.linking import Linking
from auth_service.use_cases.releasing import Releasing
from auth_service.use_cases.telling import Telling
from auth_service.use_cases.trying_connections import TryingConnections
from auth_service.use_cases.viewing import Viewing
from common.documents import store
from common.runtime.clock import FileClock


@pytest.fixture
def releasing(stores: bootstrap.Stores, tiktok: TikTokClient, domain: FileClock, wall: FileClock) -> Releasing:
    return Releasing(
        pendings=stores.pendings,
        connections=stores.connections,
        grants=stores.grants,
        tiktok=tiktok,
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def connecting(
    stores: bootstrap.Stores, tiktok: TikTokClient, releasing: Releasing, domain: FileClock, wall: FileClock
) -> Connecting:
    return Connecting(
        states=stores.states,
        pendings=stores.pendings,
        grants=stores.grants,
        connections=stores.connections,
        erasures=stores.erasures,
        tiktok=tiktok,
        releasing=releasing,
        makers=makers_of(stores, wall),
        secrets=SystemSecrets(),
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def linking(stores: bootstrap.Stores, connecting: Connecting, wall: FileClock) -> Linking:
    return Linking(
        links=stores.links, workspaces=stores.workspaces, connecting=connecting, secrets=SystemSecrets(), wall=wall
    )


@pytest.fixture
def viewing(database: store.Database) -> Viewing:
    return Viewing(statuses=MongoCollectionStatuses(database), pages=MongoConnectionScans(database))


@pytest.fixture
def lending(stores: bootstrap.Stores, tiktok: TikTokClient, domain: FileClock, wall: FileClock) -> LendingTokens:
    return LendingTokens(
        connections=stores.connections,
        grants=stores.grants,
        lent=stores.lent,
        tiktok=tiktok,
        margin=timedelta(minutes=15),
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def trying(
    connecting: Connecting, lending: LendingTokens, stores: bootstrap.Stores, tiktok: TikTokClient, wall: FileClock
) -> TryingConnections:
    return TryingConnections(
        connecting=connecting,
        lending=lending,
        tiktok=tiktok,
        leases=stores.leases,
        secrets=SystemSecrets(),
        wall=wall,
    )


@pytest.fixture
def commanding(connecting: Connecting, stores: bootstrap.Stores, domain: FileClock) -> Commanding:
    return Commanding(connecting=connecting, queue=stores.commands, secrets=SystemSecrets(), domain=domain)


@pytest.fixture
def hearing(stores: bootstrap.Stores, domain: FileClock, wall: FileClock) -> Hearing:
    return Hearing(
        app_id="7123",
        client_key="key-1",
        secret=SecretStr("not-a-real-secret"),
        heard=stores.heard,
        grants=stores.grants,
        connections=stores.connections,
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def letting_go(stores: bootstrap.Stores, tiktok: TikTokClient, domain: FileClock, wall: FileClock) -> LettingGo:
    return LettingGo(
        connections=stores.connections,
        grants=stores.grants,
        pendings=stores.pendings,
        tiktok=tiktok,
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def erasing(stores: bootstrap.Stores, letting_go: LettingGo, domain: FileClock, wall: FileClock) -> Erasing:
    return Erasing(
        erasures=stores.erasures,
        connections=stores.connections,
        workspaces=stores.workspaces,
        workspace_keys=stores.workspace_keys,
        traces=stores.traces,
        closing=stores.closing,
        letting_go=letting_go,
        audiences=stores.audiences,
        notices=stores.notices,
        secrets=SystemSecrets(),
        domain=domain,
        wall=wall,
    )


@pytest.fixture
def telling(stores: bootstrap.Stores, domain: FileClock, wall: FileClock) -> Telling:
    return Telling(
        connections=stores.connections,
        grants=stores.grants,
        audiences=stores.audiences,
        notices=stores.notices,
        domain=domain,
        wall=wall,
    )
