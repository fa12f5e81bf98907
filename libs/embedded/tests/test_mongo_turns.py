"""The fair lock between reads and writes."""

import asyncio

import pytest

from embedded.mongo.turns import Turns


def _nothing() -> None: ...


async def _let_others_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_reads_share_and_a_write_is_alone() -> None:
    turns, together, most = Turns(_nothing), {"read": 0, "write": 0}, {"read": 0, "write": 0}

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
    turns, order = Turns(_nothing), list[str]()

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


async def test_a_row_of_writes_is_settled_once_before_the_read_behind_it() -> None:
    story = list[str]()
    turns = Turns(lambda: story.append("settled"))

    async def work(name: str) -> None:
        async with turns.shared() if name == "read" else turns.writing():
            story.append(name)
            await _let_others_run()

    async with asyncio.TaskGroup() as tasks:
        for name in ["first", "second", "read", "third"]:
            tasks.create_task(work(name))
    assert story == ["first", "second", "settled", "read", "third", "settled"]


async def test_a_row_is_settled_also_when_the_write_behind_it_gives_up() -> None:
    story = list[str]()
    turns = Turns(lambda: story.append("settled"))
    async with turns.writing():
        waiting = asyncio.ensure_future(_write(turns))
        await _let_others_run()
        waiting.cancel()
    await asyncio.wait({waiting})
    assert story == ["settled"]


async def test_a_row_is_settled_also_when_the_write_behind_it_gives_up_in_the_moment_of_its_turn() -> None:
    story = list[str]()
    turns = Turns(lambda: story.append("settled"))
    async with turns.writing():
        waiting = asyncio.ensure_future(_write(turns))
        await _let_others_run()
    assert story == []
    waiting.cancel()
    await asyncio.wait({waiting})
    assert story == ["settled"]


async def test_other_work_finds_everything_settled() -> None:
    story = list[str]()
    turns = Turns(lambda: story.append("settled"))
    async with turns.writing():
        working = asyncio.ensure_future(_take(turns, alone=True))
        await _let_others_run()
    assert story == ["settled"]
    await working


async def _write(turns: Turns) -> None:
    async with turns.writing():
        await _let_others_run()


@pytest.mark.parametrize("alone", [True, False])
async def test_who_gives_up_waiting_blocks_nobody(alone: bool) -> None:
    turns = Turns(_nothing)
    async with turns.alone():
        waiting = asyncio.ensure_future(_take(turns, alone=alone))
        await _let_others_run()
        waiting.cancel()
        await _let_others_run()
    async with asyncio.timeout(1), turns.alone():
        assert waiting.cancelled()


async def test_who_gives_up_in_the_moment_of_the_turn_blocks_nobody() -> None:
    turns = Turns(_nothing)
    async with turns.alone():
        waiting = asyncio.ensure_future(_take(turns, alone=True))
        await _let_others_run()
    waiting.cancel()
    async with asyncio.timeout(1), turns.alone():
        assert waiting.cancelled()


async def _take(turns: Turns, *, alone: bool) -> None:
    async with turns.alone() if alone else turns.shared():
        await _let_others_run()
