"""A partner's replay: events of an account are told again from its facts, to a topic of the partner's own.

They have the ids they had, so who has had one knows it again. Killed, it goes on where it was.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from common.events import Message, encode
from common.events.topics import TOPICS
from metrics_aggregator.domain.erasures import Ledger
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.republishing import Bookmark, Kind, Told, Wanted
from metrics_aggregator.ports import Bookmarks, FactEvents, Outlet

# Remembered together: after a kill at most these are told twice.
EVENTS_AT_ONCE = 100
_OURS = ("tiktok.", "toa.")


class NotRepublished(RuntimeError):
    """It may not be, or there is nothing; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Republishing:
    """`pause` waits until so many seconds of the run have passed."""

    facts: FactEvents
    bookmarks: Bookmarks
    outlet: Outlet
    ledger: Ledger
    pause: Callable[[float], Awaitable[None]]
    per_second: float

    async def republish(self, wanted: Wanted) -> int:
        """Returns how many events were told in this run."""
        account = await self._permitted(wanted)
        mark, sent = await self.bookmarks.read(wanted), 0
        while mark.kind:
            told = await self.facts.events(mark.kind, account, wanted, after=mark.after, limit=EVENTS_AT_ONCE)
            # An account may be erased meanwhile.
            self._refuse_erased(account)
            await self.outlet.publish([_message(one, wanted.topic) for one in told])
            mark = _next(mark, told)
            await self.bookmarks.write(wanted, mark)
            sent += len(told)
            await self.pause(sent / self.per_second)
        return sent

    async def _permitted(self, wanted: Wanted) -> Account:
        if wanted.topic.startswith(_OURS) or wanted.topic in {topic.name for topic in TOPICS}:
            raise NotRepublished(f"{wanted.topic} is one of our own topics; name one that is the partner's")
        if not await self.bookmarks.has_topic(wanted.topic):
            raise NotRepublished(f"there is no topic {wanted.topic}; create it for the partner first")
        account = await self.facts.account(wanted.account_id)
        if account is None:
            raise NotRepublished(f"there are no facts of account {wanted.account_id}")
        self._refuse_erased(account)
        return account

    def _refuse_erased(self, account: Account) -> None:
        if self.ledger.has(account):
            raise NotRepublished(f"account {account.account_id} was erased; nothing of it is told any more")


def _message(told: Told, topic: str) -> Message:
    return replace(encode(told.event, service=told.service), topic=topic)


def _next(mark: Bookmark, told: Sequence[Told]) -> Bookmark:
    if told:
        return Bookmark(mark.kind, told[-1].place)
    kinds: list[Kind | None] = [*Kind, None]
    return Bookmark(kinds[kinds.index(mark.kind) + 1])
