"""From what somebody asks, or once asked, to what can be exported: over the accounts as they are now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from common.catalog import Metric, catalog
from common.events import AccountStatus, AccountV1
from common.runtime.clock import Clock
from query_api.domain.access import Principal, readable
from query_api.domain.asking import Asked, Asker
from query_api.domain.export_question import KeptQuestion, Subject, asked_again, asked_by, exportable_of
from query_api.domain.exportable import Exportable
from query_api.domain.sample import workspace_asked
from query_api.domain.schedule import RelativeQuestion
from query_api.domain.weeks import first_day
from query_api.ports import AccessBook, Accounts
from query_api.ports.metrics import CustomMetrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """`clock` is the domain's: it says which day is today."""

    accounts: Accounts
    access: AccessBook
    metrics: CustomMetrics
    clock: Clock

    async def now(self, principal: Principal, subject: Subject, asked: Asked) -> Exportable:
        """Raises `BadInput`, or `Unavailable`."""
        own = principal.workspace_id
        about = workspace_asked(asked.accounts, own)
        known = readable(principal, await self.accounts.of_workspace(about))
        return await self._exportable(own, subject, asked, self._asker(about, known))

    async def relative(self, question: RelativeQuestion, *, workspace_id: UUID) -> Exportable:
        """Over the range its preset means today; raises as `again` does."""
        return await self._over(question, workspace_id, await self._present(workspace_id))

    async def relative_of(self, principal: Principal, question: RelativeQuestion) -> Exportable:
        """The same for somebody who may read only so much; raises `BadInput`, or `Unavailable`."""
        present = await self._present(principal.workspace_id)
        return await self._over(question, principal.workspace_id, readable(principal, present))

    async def again(self, question: KeptQuestion, *, workspace_id: UUID) -> Exportable:
        """Raises `BadInput` when an account of the question is there no more, or `Unavailable`."""
        texts = [str(account) for account in question.accounts]
        about = workspace_asked(texts, workspace_id)
        known = [account for account in await self._present(about) if account.account_id in question.accounts]
        asker = self._asker(about, known)
        return await self._exportable(workspace_id, question.subject, asked_again(question, asker), asker)

    async def _over(self, question: RelativeQuestion, workspace_id: UUID, accounts: Sequence[AccountV1]) -> Exportable:
        asker = self._asker(workspace_id, accounts)
        # Days that had time to become final are the days of an earlier today.
        earlier = replace(asker, now=asker.now - timedelta(days=question.delay_days))
        asked = replace(
            asked_by(question.parameters, question.form),
            preset=question.preset,
            accounts=tuple(map(str, question.accounts)) if question.accounts is not None else None,
        )
        return await self._exportable(workspace_id, question.subject, asked, earlier)

    async def _exportable(self, own: UUID, subject: Subject, asked: Asked, asker: Asker) -> Exportable:
        wanted = subject.wanted(asked.attribution, known=await self._known(own, subject.metrics))
        return exportable_of(subject, wanted, asked, asker)

    async def _known(self, own: UUID, named: Sequence[str]) -> Mapping[str, Metric]:
        """The catalog's metrics and, where another one is named, the workspace's own."""
        there = catalog().metrics
        return there if there.keys() >= set(named) else {**there, **await self.metrics.metrics_of(own)}

    async def _present(self, workspace_id: UUID) -> Sequence[AccountV1]:
        known = await self.accounts.of_workspace(workspace_id)
        return [account for account in known if account.status is not AccountStatus.ERASED]

    def _asker(self, workspace_id: UUID, accounts: Sequence[AccountV1]) -> Asker:
        workspace = self.access.workspace(workspace_id)
        return Asker(
            workspace_id=workspace_id,
            readable=accounts,
            timezone=workspace.timezone if workspace else "UTC",
            week_start=first_day(workspace.week_start) if workspace else 1,
            now=self.clock.now(),
        )
