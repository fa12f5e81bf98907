"""One turn of one account: a request, its snapshots to Kafka, then the progress to Mongo, then the news of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.events import AccountV1, Event
from common.runtime.clock import Clock
from common.runtime.logs import logger
from ingestor.domain import advance
from ingestor.domain.answers import Answer, Answered, Lost, Outcome, Refused, Verdict
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.domain.plan import Rhythm
from ingestor.domain.progress import Progress
from ingestor.domain.reading import UnreadableAnswer, read_page, read_profile
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
    """An account with its progress, as this replica knows both."""

    account: AccountV1
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    clock: Clock
    tiktok: TikTok
    tokens: Tokens
    store: ProgressStore
    events: Events
    meter: Meter


class Turns:
    def __init__(self, ports: Ports, rhythm: Rhythm) -> None:
        self._ports = ports
        self._rhythm = rhythm

    async def adopt(self, account: AccountV1) -> Held:
        """Take over an account, or a new state of it: read its progress, and tell its status if that is news."""
        progress = await self._ports.store.load(account.account_id)
        return await self._save(account, before=progress, after=progress)

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
        after = await self._advanced(outcome, ask, held)
        return await self._save(held.account, before=held.progress, after=after)

    async def _advanced(self, outcome: Outcome, ask: Ask, held: Held) -> Progress:
        now, task = self._ports.clock.now(), advance.task_of(ask)
        match outcome:
            case Lost(reason=reason):
                return advance.access_lost(held.progress, held.account, reason)
            case Refused():
                return advance.refused(held.progress, task, outcome, now=now)
            case Answered():
                try:
                    return await self._published(outcome, ask, held)
                except (UnreadableAnswer, EventTooLarge) as error:
                    return advance.failed(held.progress, task, str(error), now=now)

    async def _published(self, answer: Answered, ask: Ask, held: Held) -> Progress:
        now = self._ports.clock.now()
        match ask:
            case ProfileAsk():
                profile = read_profile(answer, ask, held.account, recorded_at=now)
                self._report(held.account, profile.faults)
                await self._publish([profile.snapshot])
                return advance.profile_read(held.progress, profile)
            case PageAsk():
                page = read_page(answer, ask, held.account, recorded_at=now)
                self._report(held.account, page.faults)
                await self._publish(page.snapshots)
                return advance.page_read(held.progress, page, ask, now=answer.observed_at, rhythm=self._rhythm)

    async def _publish(self, snapshots: Sequence[Event]) -> None:
        if snapshots:
            await self._ports.events.publish(snapshots)
            self._ports.meter.published(snapshots[0].topic.name, len(snapshots))

    async def _save(self, account: AccountV1, *, before: Progress, after: Progress) -> Held:
        noted = with_status(after, account, rhythm=self._rhythm, now=self._ports.clock.now())
        saved = noted if noted == before else await self._ports.store.save(noted)
        return Held(account=account, progress=await self._told(saved))

    async def _told(self, progress: Progress) -> Progress:
        """Publish the saved status unless that was done. A crash in between repeats it, with the same id."""
        if progress.status is None or progress.status.revision <= progress.told:
            return progress
        await self._ports.events.publish([progress.status])
        return progress.model_copy(update={"told": progress.status.revision})

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
