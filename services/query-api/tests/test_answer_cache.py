"""Answers kept in memory: made once for all who ask, given up when what they were read from changes."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry

from query_api.adapters.answer_cache import MemoryAnswers
from query_api.domain.answers import Answer, AnswerKey, answer_of
from query_api.ports import Unavailable

WORKSPACE, ACCOUNT = uuid4(), uuid4()
LONG_AGO = -1e9


@dataclass
class Changing:
    """What changes when the test says so."""

    at: float | None = LONG_AGO

    def changed_at(self, key: AnswerKey) -> float | None:
        return self.at

    def change(self) -> None:
        self.at = time.monotonic()


@dataclass
class Making:
    """Makes answers, each another one, and waits where told to."""

    made: int = 0
    ended: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    size: int = 10

    async def __call__(self) -> Answer:
        self.made += 1
        number = self.made
        try:
            await self.let_go.wait()
        finally:
            self.ended += 1
        return answer_of(str(number).encode().ljust(self.size))


@pytest.fixture
def changing() -> Changing:
    return Changing()


@pytest.fixture
def making() -> Making:
    made = Making()
    made.let_go.set()
    return made


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def answers(changing: Changing, registry: CollectorRegistry) -> MemoryAnswers:
    return MemoryAnswers(changes=changing, most_bytes=100_000, registry=registry)


def key(**changed: object) -> AnswerKey:
    asked = AnswerKey(
        workspace_id=WORKSPACE,
        hour=datetime(2026, 3, 10, 12, tzinfo=UTC),
        accounts=((ACCOUNT, 1),),
        reads=frozenset({"account_day"}),
        question=("video_views",),
    )
    return replace(asked, **changed)  # type: ignore[arg-type]


def outcomes(registry: CollectorRegistry) -> dict[str, float]:
    names = ("hit", "join", "miss", "bypass")
    return {name: registry.get_sample_value("toa_answers_total", {"outcome": name}) or 0 for name in names}


async def test_an_answer_is_made_once_and_kept(
    answers: MemoryAnswers, making: Making, registry: CollectorRegistry
) -> None:
    assert answers.held(key()) is None
    first = await answers.answer(key(), making)
    assert answers.held(key()) == first
    assert await answers.answer(key(), making) == first
    assert making.made == 1
    assert outcomes(registry) == {"hit": 2, "join": 0, "miss": 1, "bypass": 0}


@pytest.mark.parametrize(
    "other",
    [
        key(workspace_id=uuid4()),
        key(accounts=((ACCOUNT, 2),)),
        key(accounts=((ACCOUNT, 1), (uuid4(), 1))),
        key(accounts=()),
        key(question=("followers",)),
        key(hour=datetime(2026, 3, 10, 13, tzinfo=UTC)),
    ],
)
async def test_what_differs_in_anything_is_another_question(
    answers: MemoryAnswers, making: Making, other: AnswerKey
) -> None:
    first = await answers.answer(key(), making)
    assert await answers.answer(other, making) != first


async def test_a_change_ends_it(answers: MemoryAnswers, making: Making, changing: Changing) -> None:
    first = await answers.answer(key(), making)
    changing.change()
    assert answers.held(key()) is None
    assert await answers.answer(key(), making) != first


async def test_a_change_while_it_is_made_ends_it_and_nobody_who_asks_later_joins(
    answers: MemoryAnswers, changing: Changing
) -> None:
    making = Making()
    early = asyncio.ensure_future(answers.answer(key(), making))
    await _until(lambda: making.made == 1)
    changing.change()
    late = asyncio.ensure_future(answers.answer(key(), making))
    await _until(lambda: making.made == 2)
    making.let_go.set()
    assert (await early).body.strip() == b"1"
    assert (await late).body.strip() == b"2"
    held = answers.held(key())
    assert held is not None
    assert held.body.strip() == b"2", "what was read before the change is not kept over what was read after it"


async def test_what_was_read_shortly_after_a_change_is_kept_shortly(
    changing: Changing, making: Making, registry: CollectorRegistry
) -> None:
    answers = MemoryAnswers(changes=changing, most_bytes=100_000, registry=registry, settle_seconds=0.3)
    changing.change()
    first = await answers.answer(key(), making)
    await _until(lambda: answers.held(key()) is None)
    second = await answers.answer(key(), making)
    assert second != first
    assert changing.at is not None
    await _until(lambda: time.monotonic() > (changing.at or 0) + 0.6)
    assert answers.held(key()) == second, "by then a replica has what was told of"


async def test_while_nobody_knows_of_changes_nothing_is_kept_or_taken(
    answers: MemoryAnswers, making: Making, changing: Changing, registry: CollectorRegistry
) -> None:
    first = await answers.answer(key(), making)
    changing.at = None
    assert answers.held(key()) is None
    assert await answers.answer(key(), making) != first
    assert outcomes(registry)["bypass"] == 1
    changing.at = LONG_AGO
    assert answers.held(key()) == first, "nothing was missed"


async def test_many_who_ask_at_once_wait_for_one(answers: MemoryAnswers, registry: CollectorRegistry) -> None:
    making = Making()
    asking = [asyncio.ensure_future(answers.answer(key(), making)) for _ in range(20)]
    await _until(lambda: making.made == 1)
    making.let_go.set()
    assert len({answer.body for answer in await asyncio.gather(*asking)}) == 1
    assert outcomes(registry) == {"hit": 0, "join": 19, "miss": 1, "bypass": 0}


async def test_one_who_hangs_up_takes_nobodys_answer_away(answers: MemoryAnswers) -> None:
    making = Making()
    first, second = (asyncio.ensure_future(answers.answer(key(), making)) for _ in range(2))
    await _until(lambda: making.made == 1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    making.let_go.set()
    assert (await second).body.strip() == b"1"


async def test_when_all_have_hung_up_the_work_ends_and_the_next_one_begins_anew(answers: MemoryAnswers) -> None:
    making = Making()
    asking = [asyncio.ensure_future(answers.answer(key(), making)) for _ in range(3)]
    await _until(lambda: making.made == 1)
    for asked in asking:
        asked.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    assert (making.made, making.ended) == (1, 1)
    making.let_go.set()
    assert (await answers.answer(key(), making)).body.strip() == b"2"


async def test_a_failure_is_told_to_all_and_forgotten(answers: MemoryAnswers, making: Making) -> None:
    async def failing() -> Answer:
        await asyncio.sleep(0)
        raise Unavailable("the warehouse")

    asking = [asyncio.ensure_future(answers.answer(key(), failing)) for _ in range(3)]
    assert {type(failed) for failed in await asyncio.gather(*asking, return_exceptions=True)} == {Unavailable}
    assert (await answers.answer(key(), making)).body.strip() == b"1"


async def test_memory_is_bounded_and_what_is_asked_for_stays(
    answers: MemoryAnswers, registry: CollectorRegistry, making: Making
) -> None:
    making.size = 8_000
    favourite = await answers.answer(key(question="favourite"), making)
    for number in range(30):
        await answers.answer(key(question=number), making)
        assert answers.held(key(question="favourite")) == favourite
        assert (registry.get_sample_value("toa_answers_kept_bytes") or 0) <= 100_000
    assert answers.held(key(question=0)) is None
    assert answers.held(key(question=29)) is not None
    making.size = 50_000
    await answers.answer(key(question="huge"), making)
    assert answers.held(key(question="huge")) is None, "one answer does not push out all others"


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.01)
