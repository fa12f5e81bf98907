"""A consent is let go while its workspace confirms it anew: whichever step meets which, it is opened after."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.connection import Connection, Duty
from auth_service.domain.identity import Person
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.releasing import Releasing

from .test_lending_tokens import connect, secret

Step = Callable[[], Awaitable[object]]


@pytest.fixture
async def mine(connecting: Connecting, owner: Person) -> UUID:
    return await connect(connecting, owner)


@pytest.fixture
async def theirs(connecting: Connecting, stranger: Person) -> UUID:
    return await connect(connecting, stranger)


@contextmanager
def meanwhile(store: object, method: str, step: Step) -> Iterator[None]:
    """`step` is done after the first `method` has read and before its caller goes on."""
    original, steps = getattr(store, method), [step]

    async def overtaken(*given: object, **named: object) -> object:
        found = await original(*given, **named)
        if steps:
            await steps.pop()()
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, method, overtaken)
        yield


async def pend(connecting: Connecting, person: Person) -> UUID:
    state = httpx.URL(await connecting.start(person, "tiktok", browser="b")).params["state"]
    return (await connecting.consented(state=state, code="code-1", error="", browser="b")).pending_id


async def expect_opened_alone(
    letting_go: LettingGo, lending: LendingTokens, stores: Stores, stranger: Person, mine: UUID, theirs: UUID
) -> None:
    """The other workspace leaves with its key, and the first lends a token by its own."""
    await letting_go.disconnect(stranger, theirs)
    await letting_go.let_go()
    assert await stores.connections.with_duty(Duty.LET_GO) == []
    lending.lent.forget(mine)
    assert secret(await lending.token(mine, None)).startswith("act.")


async def test_connected_anew_after_the_look_for_who_needs_it(
    letting_go: LettingGo,
    connecting: Connecting,
    lending: LendingTokens,
    stores: Stores,
    owner: Person,
    stranger: Person,
    mine: UUID,
    theirs: UUID,
) -> None:
    await letting_go.disconnect(owner, mine)

    async def again() -> None:
        assert await connect(connecting, owner) == mine

    with meanwhile(stores.connections, "of_grant", again):
        await letting_go.let_go()
    await expect_opened_alone(letting_go, lending, stores, stranger, mine, theirs)


async def test_let_go_between_the_share_and_the_connection(
    letting_go: LettingGo,
    connecting: Connecting,
    lending: LendingTokens,
    stores: Stores,
    owner: Person,
    stranger: Person,
    mine: UUID,
    theirs: UUID,
) -> None:
    await letting_go.disconnect(owner, mine)
    pending_id = await pend(connecting, owner)
    with meanwhile(stores.grants, "share", letting_go.let_go):
        assert (await connecting.confirm(owner, pending_id)).account_id == mine
    await expect_opened_alone(letting_go, lending, stores, stranger, mine, theirs)


async def test_an_answer_given_back_while_another_is_kept(
    letting_go: LettingGo,
    releasing: Releasing,
    connecting: Connecting,
    lending: LendingTokens,
    stores: Stores,
    owner: Person,
    stranger: Person,
    theirs: UUID,
) -> None:
    declined = await pend(connecting, owner)
    kept: list[UUID] = []

    async def keep() -> None:
        kept.append(await connect(connecting, owner))

    with meanwhile(stores.connections, "of_grant", keep):
        await connecting.decline(owner, declined)
    await releasing.release_expired()
    await expect_opened_alone(letting_go, lending, stores, stranger, kept[0], theirs)


async def test_given_back_at_tiktok_while_it_is_shared_it_is_not_forgotten(
    letting_go: LettingGo, connecting: Connecting, stores: Stores, owner: Person, mine: UUID
) -> None:
    await letting_go.disconnect(owner, mine)

    async def again() -> None:
        await connect(connecting, owner)

    with meanwhile(stores.grants, "lease", again):
        await letting_go.let_go()
    assert await stores.grants.get("7123", "open-1") is not None
    assert (await one(stores, mine)).holds_grant


async def test_an_erased_account_leaves_the_consent_to_who_is_just_sharing_it(
    letting_go: LettingGo, connecting: Connecting, stores: Stores, stranger: Person, mine: UUID
) -> None:
    erased = await one(stores, mine)
    assert await letting_go.part(erased, erasing=True)
    pending_id = await pend(connecting, stranger)

    async def forget() -> None:
        await letting_go.forget(erased)

    with meanwhile(stores.grants, "share", forget):
        theirs = await connecting.confirm(stranger, pending_id)
    assert await stores.grants.get("7123", "open-1") is not None
    assert theirs.holds_grant


async def one(stores: Stores, account_id: UUID) -> Connection:
    found: Sequence[Connection] = await stores.connections.of_grant("7123", "open-1")
    return next(connection for connection in found if connection.account_id == account_id)
