"""From what somebody asks, or once asked, to what can be exported: over the accounts as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from common.events import AccountStatus, AccountV1
from common.runtime.clock import Clock
from query_api.domain.access import Principal, readable
from query_api.domain.asking import Asked, Asker
from query_api.domain.export_question import KeptQuestion, asked_again, exportable_of
from query_api.domain.exportable import Exportable
from query_api.domain.relative_range import relative_range
from query_api.domain.sample import workspace_asked
from query_api.domain.schedule import RelativeQuestion
from query_api.domain.weeks import first_day
from query_api.ports import AccessBook, Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """`clock` is the domain's: it says which day is today."""

    accounts: Accounts
    access: AccessBook
    clock: Clock

    async def now(self, principal: Principal, *, widget: str, asked: Asked) -> Exportable:
        """Raises `BadInput`, or `Unavailable`."""
        workspace_id = workspace_asked(asked.accounts, principal.workspace_id)
        known = readable(principal, await self.accounts.of_workspace(workspace_id))
        return exportable_of(widget, asked, self._asker(workspace_id, known))

    async def relative(self, question: RelativeQuestion, *, workspace_id: UUID) -> Exportable:
        """Over the range its preset means today; raises as `again` does."""
        return self._over(question, workspace_id, await self._present(workspace_id))

    async def relative_of(self, principal: Principal, question: RelativeQuestion) -> Exportable:
        """The same for somebody who may read only so much; raises `BadInput`, or `Unavailable`."""
        present = await self._present(principal.workspace_id)
        return self._over(question, principal.workspace_id, readable(principal, present))

    async def again(self, question: KeptQuestion, *, workspace_id: UUID) -> Exportable:
        """Raises `BadInput` when an account of the question is there no more, or `Unavailable`."""
        texts = [str(account) for account in question.accounts]
        about = workspace_asked(texts, workspace_id)
        known = [account for account in await self._present(about) if account.account_id in question.accounts]
        asker = self._asker(about, known)
        return exportable_of(question.widget, asked_again(question, asker), asker)

    def _over(self, question: RelativeQuestion, workspace_id: UUID, accounts: Sequence[AccountV1]) -> Exportable:
        today = self.clock.now().date()
        days = relative_range(question.preset, today=today, delay_days=question.delay_days)
        asked = Asked(
            start=days.start.isoformat(),
            end=days.end.isoformat(),
            accounts=tuple(map(str, question.accounts)) if question.accounts is not None else None,
            sort=cast("str | None", question.parameters.get("sort")),
            limit=cast("int | None", question.parameters.get("limit")),
            format=question.form,
        )
        return exportable_of(question.widget, asked, self._asker(workspace_id, accounts))

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
