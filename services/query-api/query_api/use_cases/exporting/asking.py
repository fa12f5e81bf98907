"""From what somebody asks, or once asked, to what can be exported: over the accounts as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from common.events import AccountStatus, AccountV1
from common.runtime.clock import Clock
from query_api.domain.access import Principal, readable
from query_api.domain.export_question import KeptQuestion, asked_again
from query_api.domain.exportable import Exportable
from query_api.domain.relative_range import relative_range
from query_api.domain.schedule import RelativeQuestion
from query_api.domain.widget_request import Asked, widget_of, widget_request
from query_api.ports import Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """`clock` is the domain's: it says which day is today."""

    accounts: Accounts
    clock: Clock

    async def now(self, principal: Principal, *, widget: str, asked: Asked) -> Exportable:
        """Raises `BadInput`, or `Unavailable`."""
        known = await self.accounts.of_workspace(principal.workspace_id)
        request = widget_request(
            widget_of(widget),
            asked,
            workspace_id=principal.workspace_id,
            readable=readable(principal, known),
            today=self.clock.now().date(),
        )
        return Exportable(question=request)

    async def relative(self, question: RelativeQuestion, *, workspace_id: UUID) -> Exportable:
        """Over the range its preset means today; raises as `again` does."""
        return self._over(question, workspace_id, await self._present(workspace_id))

    async def relative_of(self, principal: Principal, question: RelativeQuestion) -> Exportable:
        """The same for somebody who may read only so much; raises `BadInput`, or `Unavailable`."""
        present = await self._present(principal.workspace_id)
        return self._over(question, principal.workspace_id, readable(principal, present))

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
        widget = widget_of(question.widget)
        request = widget_request(widget, asked, workspace_id=workspace_id, readable=accounts, today=today)
        return Exportable(question=request)

    async def _present(self, workspace_id: UUID) -> Sequence[AccountV1]:
        known = await self.accounts.of_workspace(workspace_id)
        return [account for account in known if account.status is not AccountStatus.ERASED]

    async def again(self, question: KeptQuestion, *, workspace_id: UUID) -> Exportable:
        """Raises `BadInput` when an account of the question is there no more, or `Unavailable`."""
        present, today = await self._present(workspace_id), self.clock.now().date()
        return asked_again(question, workspace_id=workspace_id, readable=present, today=today)
