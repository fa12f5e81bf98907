"""One turn of one account: a request, its snapshots to Kafka, then the progress to Mongo, then the news of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from common.events import AccountV1, CollectionStatusV1, Event
from common.runtime.clock import Clock
from common.runtime.logs import logger
from ingestor.domain import advance, lifecycle
from ingestor.domain.answers import Answer, Answered, Lost, Outcome, Refused, Verdict
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.domain.commands import Orders, obeyed
from ingestor.domain.plan import Rhythm
from ingestor.domain.posts import Ledger
from ingestor.domain.progress import Progress
from ingestor.domain.reading import PageRead, UnreadableAnswer, read_page, read_profile
from ingestor.domain.status import with_status
from ingestor.ports import (
    AuthorizationLost,
    Events,
    EventTooLarge,
    Meter,
    ProgressStore,
    TikTok,
    Tokens,
    TokenUnavailable,
)

_LOG = logger(__name__)
# A log line names the first unusable places; the metric counts all.
_NAMED_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An account with its progress, as this replica knows both; its posts while a listing is under way."""

    account: AccountV1
    progress: Progress
    ledger: Ledger | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    clock: Clock
    tiktok: TikTok
    tokens: Tokens
    store: ProgressStore
    events: Events
    meter: Meter


class Turns:
    def __init__(self, ports: Ports, rhythm: Callable[[], Rhythm]) -> None:
        """`rhythm` as it is stretched at the moment."""
        self._ports = ports
        self._rhythm = rhythm

    async def adopt(self, account: AccountV1, orders: Orders = ()) -> Held:
        """Take over an account, a new state of it or new `orders`: read its progress, obey, and tell what is news."""
        progress = await self._ports.store.load(account.account_id)
        now = self._ports.clock.now()
        after = obeyed(advance.reconsidered(progress, account, now=now), orders, account, now=now)
        # Posts are entered only after a progress was saved.
        ledger = None if progress.version else Ledger(account.account_id)
        return await self._save(Held(account=account, progress=progress, ledger=ledger), after=after)

    async def ask(self, ask: Ask, account: AccountV1) -> Outcome:
        """The answer to `ask`, with a token asked for once more when TikTok refuses the first."""
        tokens = self._ports.tokens
        try:
            token = await tokens.token(account.account_id)
            answer = await self._ports.tiktok.ask(ask, token)
            if _refuses_token(answer):
                token = await tokens.token(account.account_id, refused=token)
                answer = await self._ports.tiktok.ask(ask, token)
        except AuthorizationLost as error:
            return Lost(reason=str(error))
        except TokenUnavailable as error:
            return Refused(verdict=Verdict.FAILED, code="token", reason=str(error))
        return Lost(reason=answer.reason) if isinstance(answer, Refused) and _refuses_token(answer) else answer

    async def settle(self, outcome: Outcome, ask: Ask, held: Held) -> Held:
        """Publish what `outcome` brought for this account and save how far it is."""
        held, after = await self._advanced(outcome, ask, held)
        return await self._save(held, after=after)

    async def _advanced(self, outcome: Outcome, ask: Ask, held: Held) -> tuple[Held, Progress]:
        now, task = self._ports.clock.now(), advance.task_of(ask)
        match outcome:
            case Lost(reason=reason):
                return held, advance.access_lost(held.progress, held.account, reason)
            case Refused():
                return held, advance.refused(held.progress, task, outcome, now=now)
            case Answered():
                try:
                    return await self._published(outcome, ask, held)
                except (UnreadableAnswer, EventTooLarge) as error:
                    return held, advance.failed(held.progress, task, str(error), now=now)

    async def _published(self, answer: Answered, ask: Ask, held: Held) -> tuple[Held, Progress]:
        match ask:
            case ProfileAsk():
                profile = read_profile(answer, ask, held.account, recorded_at=self._ports.clock.now())
                self._report(held.account, profile.faults)
                await self._publish([profile.snapshot])
                return held, advance.profile_read(held.progress, profile, ask, rhythm=self._rhythm())
            case PageAsk():
                return await self._published_page(answer, ask, held)

    async def _published_page(self, answer: Answered, ask: PageAsk, held: Held) -> tuple[Held, Progress]:
        page = read_page(answer, ask, held.account, recorded_at=self._ports.clock.now())
        self._report(held.account, page.faults)
        await self._publish(page.snapshots)
        ledger = await self._entered(page, held)
        now = answer.observed_at
        after = advance.page_read(held.progress, page, ask, ledger, now=now, rhythm=self._rhythm())
        if after.incident and after.incident != held.progress.incident:
            self._ports.meter.incident(after.incident.kind)
        return replace(held, ledger=ledger), after

    async def _entered(self, page: PageRead, held: Held) -> Ledger:
        """The account's ledger with every post of the page in it; entered before the progress refers to it."""
        ledger = held.ledger or await self._ports.store.ledger(held.account.account_id)
        unknown = ledger.unknown(page.post_ids)
        return await self._ports.store.enter(ledger, unknown) if unknown else ledger

    async def _publish(self, events: Sequence[Event]) -> None:
        if events:
            await self._ports.events.publish(events)
        counted = Counter(event.topic.name for event in events if not isinstance(event, CollectionStatusV1))
        for topic, count in counted.items():
            self._ports.meter.published(topic, count)

    async def _save(self, held: Held, *, after: Progress) -> Held:
        now, moved = self._ports.clock.now(), after != held.progress
        noted = with_status(after, held.account, rhythm=self._rhythm(), now=now, moved=moved)
        saved = noted if noted == held.progress else await self._ports.store.save(noted)
        ledger = held.ledger if saved.open_listing or saved.full_at is None else None
        return Held(account=held.account, progress=await self._told(saved, held.account), ledger=ledger)

    async def _told(self, progress: Progress, account: AccountV1) -> Progress:
        """Publish the saved news unless that was done. A crash in between repeats them, with the same ids."""
        status = progress.status if progress.status and progress.status.revision > progress.told else None
        await self._publish([*lifecycle.events(account, progress.changes), *([status] if status else ())])
        told = status.revision if status else progress.told
        return progress.model_copy(update={"changes": (), "told": told})

    def _report(self, account: AccountV1, faults: Sequence[str]) -> None:
        if faults:
            self._ports.meter.unusable("value", len(faults))
            _LOG.warning(
                "unusable values left out",
                account_id=str(account.account_id),
                places=list(faults[:_NAMED_FAULTS]),
                count=len(faults),
            )


def _refuses_token(answer: Answer) -> bool:
    return isinstance(answer, Refused) and answer.verdict is Verdict.TOKEN
