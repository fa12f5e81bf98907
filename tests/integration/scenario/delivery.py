"""Events on their way: some twice, some days late, the rest of a day in any order."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from common.bus.publish import Publisher
from common.events import Event, Message, encode

HELD_BACK, TWICE = 0.05, 0.04
LONGEST_DELAY_DAYS = 6


@dataclass
class Delivery:
    publisher: Publisher
    random: Random
    topics: set[str] = field(default_factory=set)
    sent: int = 0
    _day: int = 0
    _due: dict[int, list[Message]] = field(default_factory=lambda: defaultdict(list))

    def take(self, events: Iterable[Event], *, service: str) -> None:
        for event in events:
            message = encode(event, service=service)
            self._due[self._day + self._delay()].append(message)
            if self.random.random() < TWICE:
                self._due[self._day + self._delay()].append(message)

    async def end_day(self) -> None:
        """Publish what is due, and turn to the next day."""
        await self._publish(self._due.pop(self._day, []))
        self._day += 1

    async def end(self) -> None:
        """Publish what is still held back."""
        await self._publish([message for day in sorted(self._due) for message in self._due.pop(day)])

    def _delay(self) -> int:
        late = self.random.random() < HELD_BACK
        return self.random.randint(1, LONGEST_DELAY_DAYS) if late else 0

    async def _publish(self, messages: list[Message]) -> None:
        self.random.shuffle(messages)
        await self.publisher.publish(messages)
        self.sent += len(messages)
        self.topics |= {message.topic for message in messages}
