"""From what somebody asks, or once asked, to what can be exported: over the accounts as they are now."""

from dataclasses import dataclass
from uuid import UUID

from common.events import AccountStatus
from common.runtime.clock import Clock
from query_api.domain.access import Principal, readable
from query_api.domain.export_question import KeptQuestion, asked_again
from query_api.domain.exportable import Exportable
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

    async def again(self, question: KeptQuestion, *, workspace_id: UUID) -> Exportable:
        """Raises `BadInput` when an account of the question is there no more, or `Unavailable`."""
        known = await self.accounts.of_workspace(workspace_id)
        present = [account for account in known if account.status is not AccountStatus.ERASED]
        return asked_again(question, workspace_id=workspace_id, readable=present, today=self.clock.now().date())
