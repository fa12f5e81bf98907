"""The main job on the real pipeline: its numbers against an oracle over TikTok's answers, and against what happened."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ..running_system import SETTLE_SECONDS, System
from .oracle import absence, compare, known, log, truth, widgets

WIDGETS = ("followers", "video_views", "post_engagement", "post_explorer")
LOOK_BACK = timedelta(days=62)
# Before any post of the sandbox's listings.
FIRST_POST_DAY = date(2024, 6, 1)


@dataclass(slots=True)
class Judge:
    """Holds what the system shows against what TikTok said and what happened."""

    system: System
    accounts: dict[str, str]
    connected_at: datetime
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def expect_everything_right(self) -> None:
        """All four widgets, over all accounts and for each alone, equal the oracle; final days equal the truth."""
        await self.system.wait_until_consumed()
        answers = await self._answers()
        knowns = known.known_from(answers, self.accounts.values())
        for one in knowns:
            absence.take_absences(one, answers)
        for chosen in (knowns, *([one] for one in knowns)):
            for slug in WIDGETS:
                await self._compare(slug, chosen)
        for open_id, account in self.accounts.items():
            await self._compare_with_truth(open_id, account, answers)

    async def _answers(self) -> list[log.Answer]:
        # The log only grows; asked for as a whole at every look it would cost more than all that is compared.
        last = self.heard[-1]["n"] if self.heard else 0
        self.heard += (await self.system.ask_sandbox("log", after=str(last)))["entries"]
        return log.read_answers(self.heard, account_of=self.accounts, now=self.system.now())

    async def _compare(self, slug: str, knowns: Sequence[known.Known]) -> None:
        first, end = self._span(slug)
        table = widgets.table(slug, knowns, widgets.Asked(first, end))
        assert table.rows, f"the oracle expects no row of {slug}: the comparison would show nothing"
        accounts = [one.account_id for one in knowns]
        answer = await self.system.widget(slug, first=first, end=end, accounts=accounts)
        found = compare.differences(table, answer)
        assert not found, compare.report(found)

    async def _compare_with_truth(self, open_id: str, account: str, answers: list[log.Answer]) -> None:
        first, end = self._span("followers")
        happened = await self.system.ask_sandbox("truth", open_id=open_id, **{"from": str(first), "to": str(end)})
        shown = {slug: await self.system.widget(slug, first=first, end=end, accounts=[account]) for slug in WIDGETS[:3]}
        until = log.last_profile_answer(answers, account)
        assert until is not None
        found = truth.differences(
            happened,
            shown,
            collected=truth.Collected(connected_at=self.connected_at, until=until),
            withheld=truth.PERSONAL_WITHHELD if await self._is_personal(open_id) else frozenset(),
        )
        assert not found, compare.report(found)

    async def _is_personal(self, open_id: str) -> bool:
        accounts: list[dict[str, Any]] = (await self.system.ask_sandbox("accounts"))["accounts"]
        return any(one["open_id"] == open_id and one["kind"] == "personal" for one in accounts)

    def _span(self, slug: str) -> tuple[date, date]:
        tomorrow = self.system.now().date() + timedelta(days=1)
        return (FIRST_POST_DAY if slug == "post_explorer" else self.connected_at.date() - LOOK_BACK), tomorrow

    async def wait_until_collected_since(self, moment: datetime) -> None:
        """Return once TikTok has answered a profile and a whole listing for each account since `moment`."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while not await self._collected_since(moment):
                await asyncio.sleep(0.2)

    async def _collected_since(self, moment: datetime) -> bool:
        recent = [answer for answer in await self._answers() if answer.at >= moment]
        profiles = {answer.account_id for answer in recent if answer.endpoint == log.PROFILE}
        listings = {
            answer.account_id
            for answer in recent
            if answer.endpoint == log.POSTS and answer.data.get("has_more") is False
        }
        return profiles & listings == set(self.accounts.values())


@pytest.fixture(scope="module")
async def judge(system: System) -> Judge:
    return Judge(system=system, accounts=await system.account_ids(), connected_at=system.now())


async def test_the_first_collection_is_exactly_right(judge: Judge) -> None:
    assert len(judge.accounts) >= 3
    await judge.wait_until_collected_since(datetime.min.replace(tzinfo=judge.connected_at.tzinfo))
    await judge.expect_everything_right()


async def test_three_more_days_are_exactly_right(judge: Judge) -> None:
    for _ in range(3):
        judge.system.jump(timedelta(days=1))
        await judge.wait_until_collected_since(judge.system.now() - timedelta(minutes=5))
    await judge.expect_everything_right()


async def test_a_kill_of_the_aggregator_in_mid_batch_changes_no_number(judge: Judge) -> None:
    # ClickHouse stands still, so the batch is in flight, whatever it holds, when the aggregator dies.
    judge.system.kill("clickhouse", signal.SIGSTOP)
    judge.system.jump(timedelta(days=1))
    await judge.wait_until_collected_since(judge.system.now() - timedelta(minutes=5))
    died = judge.system.kill("metrics-aggregator")
    judge.system.kill("clickhouse", signal.SIGCONT)
    await judge.expect_everything_right()
    assert judge.system.pids["metrics-aggregator"] != died


async def test_reading_the_snapshot_topics_again_from_the_beginning_changes_no_number(judge: Judge) -> None:
    async with _second_aggregator(judge.system, group="replay"):
        await judge.system.wait_until_consumed("replay")
    await judge.expect_everything_right()


@asynccontextmanager
async def _second_aggregator(system: System, *, group: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "metrics_aggregator",
        env={
            **os.environ,
            "TOA_KAFKA_BOOTSTRAP": system.kafka,
            "TOA_CLICKHOUSE_URL": system.clickhouse,
            "TOA_CONSUMER_GROUP": group,
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), SETTLE_SECONDS)
