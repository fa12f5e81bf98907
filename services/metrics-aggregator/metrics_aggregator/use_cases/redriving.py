"""Dealing with dead letters: counted by reason, sent back to where they came from, or dropped; each remembered."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from metrics_aggregator.domain.letters import SUFFIX, Handled, Letter, Selection
from metrics_aggregator.ports import DeadLetters, Outlet

# Sent and remembered together: after a kill at most these are sent twice.
LETTERS_AT_ONCE = 500

Act = Callable[[Sequence[Letter]], Awaitable[None]]


class NoSuchLetter(LookupError):
    """The topic or the letter does not exist (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """The letters of one topic that were refused for the same reason and have not been dealt with."""

    topic: str
    code: str
    letters: int
    first: Letter
    last: Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriving:
    letters: DeadLetters
    outlet: Outlet

    async def piles(self, topic: str | None = None) -> Sequence[Pile]:
        """By topic and code; of all topics without `topic`."""
        topics = [await self._known(topic)] if topic else await self.letters.topics()
        return [pile for one in topics for pile in await self._piles(one)]

    async def letter(self, topic: str, offset: int) -> Letter:
        """Dealt with or not; `NoSuchLetter` where there is none."""
        async for letter in self.letters.letters(await self._known(topic), first=offset):
            if letter.offset == offset:
                return letter
            break
        raise NoSuchLetter(f"there is no letter at offset {offset} of {topic}; it may have expired")

    async def redrive(self, topic: str, selection: Selection) -> int:
        """Send the selected letters back as they came; returns how many."""

        async def send(letters: Sequence[Letter]) -> None:
            await self.outlet.publish([letter.original() for letter in letters])

        return await self._deal(topic, selection, send)

    async def drop(self, topic: str, selection: Selection) -> int:
        """Remember the selected letters as dealt with; returns how many."""

        async def nothing(_: Sequence[Letter]) -> None:
            """They expire with their topic."""

        return await self._deal(topic, selection, nothing)

    async def _deal(self, topic: str, selection: Selection, act: Act) -> int:
        topic = await self._known(topic)
        handled, count = await self.letters.handled(topic), 0
        async for some in _in_portions(self._open(topic, handled), selection):
            handled = handled.adding(letter.offset for letter in some)
            # Asked for first: what cannot be remembered is not sent.
            _ = handled.note
            await act(some)
            await self.letters.remember(topic, handled)
            count += len(some)
        return count

    async def _piles(self, topic: str) -> list[Pile]:
        counts: Counter[str] = Counter()
        first: dict[str, Letter] = {}
        last: dict[str, Letter] = {}
        async for letter in self._open(topic, await self.letters.handled(topic)):
            counts[letter.code] += 1
            first.setdefault(letter.code, letter)
            last[letter.code] = letter
        return [
            Pile(topic=topic, code=code, letters=count, first=first[code], last=last[code])
            for code, count in sorted(counts.items())
        ]

    async def _open(self, topic: str, handled: Handled) -> AsyncIterator[Letter]:
        async for letter in self.letters.letters(topic, first=handled.start):
            if letter.offset not in handled:
                yield letter

    async def _known(self, topic: str) -> str:
        named = topic.removesuffix(SUFFIX) + SUFFIX
        if named not in (known := await self.letters.topics()):
            raise NoSuchLetter(f"there is no topic {named}; there are {', '.join(known)}")
        return named


async def _in_portions(letters: AsyncIterator[Letter], selection: Selection) -> AsyncIterator[list[Letter]]:
    some: list[Letter] = []
    async for letter in letters:
        if selection.takes(letter):
            some.append(letter)
        if len(some) == LETTERS_AT_ONCE:
            yield some
            some = []
    if some:
        yield some
