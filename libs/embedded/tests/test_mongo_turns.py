"""The fair lock between reads and writes."""

import asyncio

import pytest

from embedded.mongo.turns import Turns


async def _let_others_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_reads_share_and_a_write_is_alone() -> None:
    turns, together, most = Turns(), {"read": 0, "write": 0}, {"read": 0, "write": 0}

    async def work(kind: str) -> None:
        async with turns.shared() if kind == "read" else turns.alone():
            together[kind] += 1
            most[kind] = max(most[kind], together[kind])
            assert together["write"] == 0 or together == {"read": 0, "write": 1}
            await _let_others_run()
            together[kind] -= 1

    async with asyncio.TaskGroup() as tasks:
        for kind in ["read", "read", "write", "read", "read", "read", "write", "write"]:
            tasks.create_task(work(kind))
    assert most == {"read": 3, "write": 1}


async def test_a_write_is_not_kept_waiting_by_later_reads() -> None:
    turns, order = Turns(), list[str]()

    async def work(name: str, *, alone: bool) -> None:
        async with turns.alone() if alone else turns.shared():
            order.append(name)
            await _let_others_run()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work("early read", alone=False))
        await asyncio.sleep(0)
        tasks.create_task(work("write", alone=True))
        await asyncio.sleep(0)
        tasks.create_task(work("late read", alone=False))
    assert order == ["early read", "write", "late read"]


@pytest.mark.parametrize("alone", [True, False])
async def test_who_gives_up_waiting_blocks_nobody(alone: bool) -> None:
    turns = Turns()
    async with turns.alone():
        waiting = asyncio.ensure_future(_take(turns, alone=alone))
        await _let_others_run()
        waiting.cancel()
        await _let_others_run()
    async with asyncio.timeout(1), turns.alone():
        assert waiting.cancelled()


async def test_who_gives_up_in_the_moment_of_the_turn_blocks_nobody() -> None:
    turns = Turns()
    async with turns.alone():
        waiting = asyncio.ensure_future(_take(turns, alone=True))
        await _let_others_run()
    waiting.cancel()
    async with asyncio.timeout(1), turns.alone():
        assert waiting.cancelled()


async def _take(turns: Turns, *, alone: bool) -> None:
    async with turns.alone() if alone else turns.shared():
        await _let_others_run()
