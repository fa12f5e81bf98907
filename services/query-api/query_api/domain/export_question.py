"""A question as it is kept until it is answered: by the wire's own names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import cast
from uuid import UUID

from common.catalog import Attribution, Metric
from query_api.domain.asking import Asked, Asker, Format, Wanted, question_of, wanted_of, widget_of
from query_api.domain.errors import BadInput
from query_api.domain.exportable import Exportable
from query_api.domain.manifest import query
from query_api.domain.querying import wanted_of_query, wanted_of_widget
from query_api.domain.question import Filters, Lifecycle

Parameters = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a question is about: a widget, or metrics by dimensions."""

    widget: str | None
    metrics: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()

    def wanted(self, attribution: Attribution | None, *, known: Mapping[str, Metric]) -> Wanted:
        """`known` are the metrics there are, by slug. Raises `BadInput`."""
        if self.widget is None:
            return wanted_of_query(self.metrics, self.dimensions, known=known)
        if self.dimensions:
            raise BadInput("dimensions", "they stand beside a widget", "give a widget, or metrics by dimensions")
        widget = widget_of(self.widget)
        chosen = self.metrics
        return wanted_of_widget(widget, attribution, chosen, known=known) if chosen else wanted_of(widget, attribution)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQuestion:
    """`parameters` are those of the request of the widget, or of a free question where `widget` is None: nothing is
    left to a default, and `from`, `to` and `accounts` are always among them."""

    widget: str | None
    parameters: Parameters

    @property
    def accounts(self) -> frozenset[UUID]:
        """Whose figures are in the answer."""
        return frozenset(UUID(text) for text in cast(Sequence[str], self.parameters["accounts"]))

    @property
    def form(self) -> Format:
        return Format(str(self.parameters["format"]))

    @property
    def subject(self) -> Subject:
        return subject_of(self.widget, self.parameters)


def kept(exportable: Exportable) -> KeptQuestion:
    body = cast(Parameters, query(exportable)["body"])
    return KeptQuestion(widget=exportable.widget, parameters=body)


def exportable_of(subject: Subject, wanted: Wanted, asked: Asked, asker: Asker) -> Exportable:
    """Raises `BadInput`."""
    question = question_of(wanted, asked, asker)
    return Exportable(question=question, form=asked.format, widget=subject.widget, attribution=asked.attribution)


def asked_again(question: KeptQuestion, asker: Asker) -> Asked:
    """What is asked for of `asker`, who reads the accounts as they are now."""
    parameters = question.parameters
    wanted = sorted(map(str, question.accounts))
    asked = asked_by(parameters, question.form)
    return replace(
        asked,
        start=str(parameters["from"]),
        end=str(parameters["to"]),
        timezone=asked.timezone or asker.timezone,
        # Asked of no account it is still a question; an empty list from a client is a mistake.
        accounts=tuple(wanted) if wanted else None,
    )


def subject_of(widget: str | None, parameters: Parameters) -> Subject:
    return Subject(
        widget=widget,
        metrics=_several(parameters, "metrics") or (),
        dimensions=_several(parameters, "dimensions") or (),
    )


def asked_by(parameters: Parameters, form: Format) -> Asked:
    """What `parameters` say beside the days and the accounts."""
    return Asked(
        timezone=_one(parameters, "timezone"),
        filters=_filters(parameters),
        attribution=Attribution(str(parameters["attribution"])) if "attribution" in parameters else None,
        lifecycle=Lifecycle(str(parameters["lifecycle"])) if "lifecycle" in parameters else None,
        sort=_one(parameters, "sort"),
        limit=cast("int | None", parameters.get("limit")),
        format=form,
    )


def parameters_of(subject: Subject, asked: Asked) -> Parameters:
    """What `subject_of` and `asked_by` read; what was left out stays so."""
    told = {
        "metrics": subject.metrics or None,
        "dimensions": subject.dimensions or None,
        **{name: getattr(asked, name) for name in ("timezone", "attribution", "lifecycle", "sort", "limit")},
        **{field.name: getattr(asked.filters, field.name) for field in fields(Filters)},
    }
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _filters(parameters: Parameters) -> Filters:
    names = [field.name for field in fields(Filters) if field.name != "search"]
    return Filters(**{name: _several(parameters, name) for name in names}, search=_one(parameters, "search"))


def _one(parameters: Parameters, name: str) -> str | None:
    value = parameters.get(name)
    return None if value is None else str(value)


def _several(parameters: Parameters, name: str) -> tuple[str, ...] | None:
    values = cast("Sequence[str] | None", parameters.get(name))
    return None if values is None else tuple(values)
