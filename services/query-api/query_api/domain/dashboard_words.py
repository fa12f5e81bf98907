"""What a dashboard names: refused where there is no such thing, told beside the widget where it has gone since."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from common.catalog import Metric, catalog
from common.events import SAMPLE_ACCOUNT_ID
from query_api.domain.asking import Wanted, planned, wanted_of, widget_of
from query_api.domain.columns import columns_of
from query_api.domain.comparing import check_comparisons
from query_api.domain.custom_metrics import PREFIX
from query_api.domain.dashboard import DashboardWidget, Filters, GivenWidget
from query_api.domain.errors import BadInput
from query_api.domain.presets import known_preset
from query_api.domain.querying import wanted_of_query, wanted_of_widget
from query_api.domain.question import NO_FILTERS
from query_api.domain.sample import MIXED
from query_api.domain.served import served_widgets
from query_api.domain.time_zones import time_zone

_OF_LABELS = frozenset({"label", "plan"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a workspace can name."""

    metrics: Mapping[str, Metric] = field(default_factory=lambda: catalog().metrics)
    """By slug; its own among them."""
    labels: frozenset[UUID] = frozenset()
    """Labels and plans."""
    accounts: frozenset[UUID] = frozenset()
    """Those the asker may read."""


def check_words(widgets: Sequence[GivenWidget], filters: Filters, words: Words) -> None:
    """Raises `BadInput` for the first thing that is not there."""
    _check_filters("filters", filters, words)
    for number, widget in enumerate(widgets):
        where = f"widgets.{number}"
        _check_widget(where, widget, words)
        if widget.filters is not None:
            _check_filters(f"{where}.filters", widget.filters, words)


def takes_any_metric(given: GivenWidget) -> bool:
    widget = served_widgets().get(given.widget or "")
    return widget is not None and widget.any_metric


def metrics_named(given: GivenWidget) -> Collection[str]:
    """Slugs of the metrics that it asks for by name."""
    if given.query is not None:
        return given.query.metrics
    return given.settings.metrics or () if takes_any_metric(given) else ()


def _check_widget(where: str, given: GivenWidget, words: Words) -> None:
    wanted = _wanted(where, given, words)
    columns = [column.name for column in columns_of((*wanted.dimensions, *wanted.attributes, *wanted.metrics))]
    _check_settings(where, given, columns, [metric.slug for metric in wanted.metrics])


def _wanted(where: str, given: GivenWidget, words: Words) -> Wanted:
    """What the widget asks for, held against the rules that every question is held against."""
    attribution = given.settings.attribution
    if given.query is not None:
        with _at(f"{where}.query"):
            wanted = wanted_of_query(given.query.metrics, given.query.dimensions, known=words.metrics)
            planned(wanted, NO_FILTERS, attribution)
        return wanted
    with _at(where, slug="widget"):
        widget = widget_of(given.widget or "")
    if not given.settings.metrics or not widget.any_metric:
        return wanted_of(widget, attribution)
    with _at(f"{where}.settings"):
        wanted = wanted_of_widget(widget, attribution, given.settings.metrics, known=words.metrics)
        planned(wanted, NO_FILTERS, attribution)
    return wanted


@contextmanager
def _at(where: str, **renamed: str) -> Iterator[None]:
    """What is wrong is wrong at this place of the dashboard, under the name it has there."""
    try:
        yield
    except BadInput as wrong:
        name = renamed.get(wrong.parameter, wrong.parameter)
        raise BadInput(f"{where}.{name}", wrong.problem, wrong.remedy) from None


def _check_settings(where: str, given: GivenWidget, columns: Sequence[str], metrics: Collection[str]) -> None:
    settings = given.settings
    for metric in settings.metrics or ():
        if metric not in metrics:
            raise BadInput(
                f"{where}.settings.metrics", f"the widget has no metric {metric!r}", f"use some of {', '.join(metrics)}"
            )
    if settings.sort is not None and settings.sort.removeprefix("-") not in columns:
        raise BadInput(
            f"{where}.settings.sort",
            f"the widget has no column {settings.sort!r}",
            f"use one of {', '.join(columns)}, with a minus for descending",
        )


def _check_filters(where: str, filters: Filters, words: Words) -> None:
    for account in filters.accounts or ():
        if account not in words.accounts:
            # The same words for an account of somebody else and for one that never was.
            raise BadInput(
                f"{where}.accounts",
                f"'{account}' is not an account you may read",
                "take ids from GET /v1/accounts, or leave it out for all",
            )
    _check_sample(where, filters)
    with _at(where):
        if filters.preset is not None:
            known_preset(filters.preset)
        if filters.timezone is not None:
            time_zone(filters.timezone)
        check_comparisons(filters.compare or ())
    for name, ids in (("labels", filters.labels), ("plans", filters.plans)):
        for label in ids or ():
            if label not in words.labels:
                raise BadInput(f"{where}.{name}", f"there is no such thing as '{label}' here", "leave it out")


def _check_sample(where: str, filters: Filters) -> None:
    """The Sample Account stands alone here too."""
    if SAMPLE_ACCOUNT_ID in (filters.accounts or ()) and len(set(filters.accounts or ())) > 1:
        raise BadInput(f"{where}.accounts", MIXED, "name it alone, or leave it out")


def gone(widget: DashboardWidget, filters: Filters, words: Words) -> tuple[str, ...]:
    """Why the widget cannot be shown as it was made, in sentences; `filters` are those it is asked with."""
    return tuple(_gone(widget, filters, words))


def _gone(widget: DashboardWidget, filters: Filters, words: Words) -> Iterator[str]:
    if widget.widget is not None and widget.widget not in served_widgets():
        yield f"The widget {widget.widget} is no more."
    for slug in metrics_named(widget):
        if slug not in words.metrics:
            own = slug.startswith(PREFIX)
            yield f"The custom metric {slug} was deleted." if own else f"The metric {slug} is no more."
    for slug in widget.query.dimensions if widget.query else ():
        if slug not in catalog().dimensions:
            yield f"The dimension {slug} is no more."
    for label in (*(filters.labels or ()), *(filters.plans or ())):
        if label not in words.labels:
            yield f"The label or plan {label}, by which it is filtered, was deleted."
    if filters.accounts == ():
        yield "Of the accounts it was made for none is left that you may read."


def tells_labels(widgets: Sequence[GivenWidget]) -> bool:
    """Whether a widget has rows by label or plan."""
    return any(not _OF_LABELS.isdisjoint(_told_by(widget)) for widget in widgets)


def _told_by(given: GivenWidget) -> Sequence[str]:
    widget = served_widgets().get(given.widget or "")
    if given.query is not None:
        return given.query.dimensions
    return widget.by if widget else ()


def metrics_used(widgets: Sequence[GivenWidget]) -> Collection[str]:
    return dict.fromkeys(slug for widget in widgets for slug in metrics_named(widget))


def labels_used(filters: Sequence[Filters]) -> Collection[UUID]:
    """The labels and plans that filters name."""
    return dict.fromkeys(label for one in filters for label in (*(one.labels or ()), *(one.plans or ())))
