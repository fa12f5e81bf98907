"""A question as it is kept until it is answered: by the wire's own names, nothing left to a default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from common.catalog import Attribution
from query_api.domain.asking import Asked, Asker, Format, question_of, wanted_of, widget_of
from query_api.domain.exportable import Exportable
from query_api.domain.manifest import query
from query_api.domain.question import Filters, Lifecycle


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
    return KeptQuestion(widget=exportable.widget or "", parameters=body)


def exportable_of(widget: str, asked: Asked, asker: Asker) -> Exportable:
    """Raises `BadInput`."""
    question = question_of(wanted_of(widget_of(widget), asked.attribution), asked, asker)
    return Exportable(question=question, form=asked.format, widget=widget, attribution=asked.attribution)


def asked_again(question: KeptQuestion, asker: Asker) -> Asked:
    """What is asked for of `asker`, who reads the accounts as they are now."""
    parameters = question.parameters
    wanted = sorted(map(str, question.accounts))
    return Asked(
        start=str(parameters["from"]),
        end=str(parameters["to"]),
        timezone=str(parameters.get("timezone") or asker.timezone),
        # Asked of no account it is still a question; an empty list from a client is a mistake.
        accounts=tuple(wanted) if wanted else None,
        filters=_filters(parameters),
        attribution=Attribution(str(parameters["attribution"])) if "attribution" in parameters else None,
        lifecycle=Lifecycle(str(parameters["lifecycle"])) if "lifecycle" in parameters else None,
        sort=str(parameters["sort"]),
        limit=cast("int | None", parameters.get("limit")),
        format=question.form,
    )


def _filters(parameters: Mapping[str, object]) -> Filters:
    def values(name: str) -> tuple[str, ...] | None:
        given = cast("Sequence[str] | None", parameters.get(name))
        return None if given is None else tuple(given)

    return Filters(
        labels=values("labels"),
        plans=values("plans"),
        formats=values("formats"),
        posts=values("posts"),
        hashtags=values("hashtags"),
        search=cast("str | None", parameters.get("search")),
    )
