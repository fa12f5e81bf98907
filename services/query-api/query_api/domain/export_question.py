"""A question as it is kept until it is answered: by the wire's own names, nothing left to a default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from common.events import AccountV1
from query_api.domain.exportable import Exportable
from query_api.domain.manifest import query
from query_api.domain.widget_request import Asked, Format, widget_of, widget_request


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQuestion:
    """`parameters` are those of the widget's request, `from`, `to` and `accounts` always among them."""

    widget: str
    parameters: Mapping[str, object]

    @property
    def accounts(self) -> frozenset[UUID]:
        """Whose figures are in the answer."""
        return frozenset(UUID(text) for text in self._accounts)

    @property
    def form(self) -> Format:
        return Format(str(self.parameters["format"]))

    @property
    def _accounts(self) -> Sequence[str]:
        return cast(Sequence[str], self.parameters["accounts"])


def kept(exportable: Exportable) -> KeptQuestion:
    body = cast(Mapping[str, object], query(exportable)["body"])
    return KeptQuestion(widget=exportable.question.widget.slug, parameters=body)


def asked_again(
    question: KeptQuestion, *, workspace_id: UUID, readable: Sequence[AccountV1], today: date
) -> Exportable:
    """The same question over the accounts as they are now; raises `BadInput` when one of them is gone."""
    parameters, wanted = question.parameters, question.accounts
    asked = Asked(
        start=str(parameters["from"]),
        end=str(parameters["to"]),
        # Asked of no account it is still a question; an empty list from a client is a mistake.
        accounts=tuple(sorted(map(str, wanted))) if wanted else None,
        sort=str(parameters["sort"]),
        limit=cast("int | None", parameters.get("limit")),
        format=question.form,
    )
    known = [account for account in readable if account.account_id in wanted]
    request = widget_request(widget_of(question.widget), asked, workspace_id=workspace_id, readable=known, today=today)
    return Exportable(question=request)
