"""The use cases about people, over the real stores, and the people of the tests."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from auth_service import bootstrap
from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_keys
from auth_service.adapters.passwords import Argon2Passwords
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.people import witness_of
from auth_service.bootstrap.signing_in import ending_of
from auth_service.domain.identity import Person, person
from auth_service.use_cases.changing_password import ChangingPassword
from auth_service.use_cases.creating import Creating
from auth_service.use_cases.limiting import Limiting
from auth_service.use_cases.operating import Operators
from auth_service.use_cases.second_factors import SecondFactorsOfUsers
from auth_service.use_cases.signing_in import SigningIn
from common.runtime.clock import FileClock

from .http_face import PUBLIC_URL


@pytest.fixture(scope="session")
def passwords() -> Argon2Passwords:
    """At the least cost; what the cost is for is tested with the real one."""
    return Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def creating(stores: bootstrap.Stores, passwords: Argon2Passwords, wall: FileClock) -> Creating:
    return Creating(
        users=stores.users,
        workspaces=stores.workspaces,
        keys=stores.keys,
        passwords=passwords,
        secrets=SystemSecrets(),
        wall=wall,
    )


@pytest.fixture
def limiting(stores: bootstrap.Stores, wall: FileClock) -> Limiting:
    return Limiting(counters=stores.counters, wall=wall)


@pytest.fixture
def factors(
    stores: bootstrap.Stores, passwords: Argon2Passwords, limiting: Limiting, wall: FileClock
) -> SecondFactorsOfUsers:
    return SecondFactorsOfUsers(
        factors=stores.factors,
        users=stores.users,
        passwords=passwords,
        notices=stores.notices,
        limiting=limiting,
        secrets=SystemSecrets(),
        wall=wall,
    )


@pytest.fixture
def operators(stores: bootstrap.Stores) -> Operators:
    """One, who is also a member of a workspace."""
    return Operators(users=stores.users, emails=frozenset({"olga@example.test"}))


@pytest.fixture
def changing_password(
    stores: bootstrap.Stores, passwords: Argon2Passwords, limiting: Limiting, wall: FileClock
) -> ChangingPassword:
    return ChangingPassword(
        users=stores.users,
        ending=ending_of(stores, wall),
        resets=stores.resets,
        passwords=passwords,
        notices=stores.notices,
        limiting=limiting,
        secrets=SystemSecrets(),
        wall=wall,
        page=f"{PUBLIC_URL}/reset-password",
    )


@pytest.fixture
def signing_in(
    stores: bootstrap.Stores,
    passwords: Argon2Passwords,
    factors: SecondFactorsOfUsers,
    operators: Operators,
    limiting: Limiting,
    session_key_file: Path,
    wall: FileClock,
) -> SigningIn:
    return SigningIn(
        users=stores.users,
        workspaces=stores.workspaces,
        sessions=stores.sessions,
        passwords=passwords,
        factors=factors,
        operators=operators,
        limiting=limiting,
        ending=ending_of(stores, wall),
        tokens=JwtAccessTokens(read_session_keys(session_key_file), PUBLIC_URL),
        witness=witness_of(stores, wall),
        secrets=SystemSecrets(),
        wall=wall,
    )


@pytest.fixture
async def owner(creating: Creating, stores: bootstrap.Stores) -> Person:
    return await owner_of(creating, stores, "ada@example.test")


@pytest.fixture
async def stranger(creating: Creating, stores: bootstrap.Stores) -> Person:
    """The owner of another workspace."""
    return await owner_of(creating, stores, "bob@example.test")


async def owner_of(creating: Creating, stores: bootstrap.Stores, email: str) -> Person:
    password = SecretStr("correct horse battery")
    created = await creating.create(name="Studio", email=email, password=password, timezone="Europe/Berlin")
    workspace = await stores.workspaces.get(created.workspace_id)
    assert workspace is not None
    return person(workspace, workspace.members[0])
