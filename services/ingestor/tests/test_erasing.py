"""Erasing an account: asked for on the real topic, done by a real process, told once nothing is known any more."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from common.bus.follow import follow
from common.events import (
    AccountChange,
    AccountStatus,
    CollectionState,
    ErasureCompletion,
    ErasureRequest,
    ErasureV1,
    Message,
    Store,
    decode,
    encode,
)
from common.events.topics import ERASURES
from ingestor.adapters import progress_store
from ingestor.domain.erasing import Ledger, completion

from .fakes import START, account
from .laptop import Laptop
from .replicas import Stage, stage
from .waiting import eventually

TOLD = account()


def request(days: int = 0) -> ErasureV1:
    return ErasureV1(
        workspace_id=TOLD.workspace_id,
        account_id=TOLD.account_id,
        erased_at=START + timedelta(days=days),
        step=ErasureRequest(),
    )


def test_an_erasure_is_open_until_it_is_completed_here_in_whatever_order_that_is_read() -> None:
    elsewhere = request().model_copy(update={"step": ErasureCompletion(store=Store.CLICKHOUSE, completed_at=START)})
    ledger = Ledger()
    for event in (elsewhere, request(), request()):
        ledger.learn(event)
    assert ledger.open() == [request()]
    ledger.learn(completion(request(), START))
    assert ledger.open() == []
    backwards = Ledger()
    for event in (completion(request(), START), request()):
        backwards.learn(event)
    assert backwards.open() == []


def test_an_erasure_asked_for_again_later_is_open_again() -> None:
    ledger = Ledger()
    for event in (request(1), completion(request(), START), request()):
        ledger.learn(event)
    assert ledger.open() == [request(1)]


async def test_an_account_is_forgotten_also_when_nobody_ran_as_it_was_asked_for(laptop: Laptop, tmp_path: Path) -> None:
    async with stage(laptop, tmp_path) as scene:
        open_ids = await laptop.open_ids()
        told, other = await scene.connect(open_ids[-1]), await scene.connect(open_ids[-2])
        first = await scene.replica()
        await scene.until(told, CollectionState.SYNCED)
        await scene.until(other, CollectionState.SYNCED)
        gone = scene.told[told.account_id].model_copy(
            update={"status": AccountStatus.DISCONNECTED, "change": AccountChange.DISCONNECTED, "revision": 9}
        )
        await scene.announce(gone)
        assert await first.process.stop() == 0
        asked = request().model_copy(update={"workspace_id": told.workspace_id, "account_id": told.account_id})
        unreadable = Message(topic=ERASURES.name, key=b"?", value=b"{", headers=())
        await scene.publisher.publish([unreadable, encode(asked, service="auth-service")])
        await scene.replica()
        [done] = await completions(scene, asked)
        assert done.erased_at == asked.erased_at
        assert await known(scene, told.account_id) == (0, 0)
        version, posts = await known(scene, other.account_id)
        assert version > 0
        assert posts > 0


async def completions(scene: Stage, asked: ErasureV1) -> list[ErasureV1]:
    """Those of the account, when there is one."""
    heard: list[ErasureV1] = []

    async def handle(record: object) -> None:
        value = getattr(record, "value", b"")
        if value != b"{":
            heard.append(decode(ErasureV1, value))

    def ours() -> list[ErasureV1]:
        mine = [event for event in heard if event.account_id == asked.account_id]
        return [event for event in mine if isinstance(event.step, ErasureCompletion)]

    caught_up = asyncio.Event()
    bootstrap = scene.laptop.kafka
    following = asyncio.create_task(follow(ERASURES.name, bootstrap=bootstrap, handle=handle, caught_up=caught_up))
    try:
        await eventually(lambda: bool(ours()), what="the completion of the erasure")
    finally:
        following.cancel()
    return ours()


async def known(scene: Stage, account_id: UUID) -> tuple[int, int]:
    """The version of its progress and how many posts are known."""
    async with progress_store.connect(scene.laptop.mongo, scene.group) as store:
        progress = await store.load(account_id)
        ledger = await store.ledger(account_id)
    return progress.version, len(ledger.post_ids)
