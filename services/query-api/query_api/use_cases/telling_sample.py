"""Telling the Sample Account's figures: each day once, by whichever replica holds the turn, and all that is missing."""

from dataclasses import dataclass
from datetime import timedelta

from common.runtime.clock import Clock
from query_api.domain.sample import VERSION, sample_account, untold
from query_api.domain.sample_events import HISTORY, events_of, first_figures, newest_day
from query_api.ports.sample import Events, SampleProgress, Told

# Far longer than a day's events take; a killed replica's turn is over then.
_TURN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingSample:
    progress: SampleProgress
    clock: Clock
    wall: Clock
    holder: str

    async def is_due(self) -> bool:
        """Whether there is something to tell, and it is this replica's turn."""
        told = await self._told()
        return (told is None or told.through < newest_day(self.clock.now())) and await self._is_my_turn()

    async def tell(self, events: Events) -> None:
        """Whatever was not told yet. Broken off, it is gone on with: what is told twice is the same."""
        told = await self._told()
        days = untold(told.through if told else None, newest_day(self.clock.now()), history=HISTORY)
        if not days:
            return
        first = told.first if told else days[0]
        await events.publish([sample_account(first_figures(first))])
        for day in days:
            await events.publish(list(events_of(day)))
            kept = Told(version=VERSION, first=first, through=day)
            if not (await self._is_my_turn() and await self.progress.keep(self.holder, kept)):
                return

    async def _told(self) -> Told | None:
        """None also for what an earlier version told: all is told anew."""
        told = await self.progress.told()
        return told if told is not None and told.version == VERSION else None

    async def _is_my_turn(self) -> bool:
        now = self.wall.now()
        return await self.progress.take_turn(self.holder, at=now, until=now + _TURN)
