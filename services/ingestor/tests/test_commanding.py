"""Commands through the real topic to a real process, also while none runs."""

from datetime import date, timedelta
from pathlib import Path

from common.events import Backfill, CollectionState, Message, Pause, Resume
from common.events.topics import COMMANDS
from common.runtime.clock import FileClock

from .laptop import Laptop
from .replicas import Stage, stage
from .waiting import eventually

PROFILE_ONLY = ("user.info.basic", "user.info.stats", "user.insights", "user.account.type")


async def test_commands_are_obeyed_and_those_given_while_nobody_ran_later(laptop: Laptop, tmp_path: Path) -> None:
    async with stage(laptop, tmp_path) as scene:
        told = await scene.connect((await laptop.open_ids())[-1], scopes=PROFILE_ONLY)
        first = await scene.replica()
        await scene.until(told, CollectionState.SYNCED)
        # What nobody can read stops nothing.
        await scene.publisher.publish([Message(topic=COMMANDS.name, key=b"?", value=b"{", headers=())])
        await scene.command(told, Pause())
        await scene.until(told, CollectionState.PAUSED)
        assert await first.process.stop() == 0
        days = _long_ago(laptop)
        await scene.command(told, days)
        await scene.command(told, Resume())
        asked = await laptop.answered()
        await scene.replica()
        await scene.until(told, CollectionState.SYNCED)
        await eventually(lambda: len(scene.recorder.profiles(told)) == 2, what="the days that were asked for")
        await _asked_only_for(scene, days, after=asked, open_id=told.open_id or "")


def _long_ago(laptop: Laptop) -> Backfill:
    today: date = FileClock(laptop.clock_file).now().date()
    return Backfill(from_day=today - timedelta(days=40), to_day=today - timedelta(days=30))


async def _asked_only_for(scene: Stage, days: Backfill, *, after: int, open_id: str) -> None:
    entries = await scene.laptop.entries(open_id=open_id, after=after)
    asked = [(entry["params"]["start_date"], entry["params"]["end_date"]) for entry in entries]
    assert asked == [(days.from_day.isoformat(), days.to_day.isoformat())]
