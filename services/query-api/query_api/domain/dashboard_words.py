"""What a dashboard names: refused where there is no such thing, told beside the widget where it has gone since."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from common.catalog import Attribution, Dimension, Metric, Widget, catalog
from common.catalog.rows import HAS_VIEW, by_activity
from common.events import SAMPLE_ACCOUNT_ID
from query_api.domain.dashboard import Dashboard, DashboardWidget, Filters, GivenWidget, Query, Settings
from query_api.domain.errors import BadInput
from query_api.domain.sample import MIXED

CUSTOM = "custom_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a workspace can name besides the catalog. None: nobody here keeps such things, and nothing is judged."""

    custom_metrics: frozenset[str] | None = None
    """Slugs, `custom_<id>`."""
    labels: frozenset[UUID] | None = None
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


def shown_widgets() -> Collection[str]:
    """Slugs of the catalog's widgets that the warehouse can show."""
    return [slug for slug, widget in catalog().widgets.items() if widget.rollup in HAS_VIEW]


def _check_widget(where: str, given: GivenWidget, words: Words) -> None:
    if given.query is not None:
        _check_query(where, given.query, words)
        columns = [*given.query.dimensions, *given.query.metrics]
        metrics: Collection[str] = given.query.metrics
    else:
        widget = _widget(where, given)
        columns = [row.slug for row in catalog().columns(widget)]
        metrics = widget.metrics
    _check_settings(where, given.settings, columns, metrics)


def _widget(where: str, given: GivenWidget) -> Widget:
    widget = catalog().widgets.get(given.widget or "")
    if widget is None or widget.slug not in shown_widgets():
        raise BadInput(
            f"{where}.widget", f"there is no widget {given.widget!r}", f"use one of {', '.join(shown_widgets())}"
        )
    switched = given.settings.attribution is Attribution.ACTIVITY and widget.switched
    return by_activity(widget, switched) if switched else widget


def _check_query(where: str, query: Query, words: Words) -> None:
    dimensions = [_dimension(where, slug) for slug in query.dimensions]
    metrics = [_metric(where, slug, words) for slug in query.metrics]
    for metric in metrics:
        for dimension in dimensions:
            if metric and (reason := catalog().refusal(metric, dimension, beside=query.dimensions)):
                raise BadInput(f"{where}.query", reason, "leave one of the two out")


def _dimension(where: str, slug: str) -> Dimension:
    dimension = catalog().dimensions.get(slug)
    if dimension is None:
        raise BadInput(
            f"{where}.query.dimensions",
            f"there is no dimension {slug!r}",
            f"use some of {', '.join(catalog().dimensions)}",
        )
    return dimension


def _metric(where: str, slug: str, words: Words) -> Metric | None:
    """The catalog's metric; None for one of the workspace's own."""
    if slug.startswith(CUSTOM) and (words.custom_metrics is None or slug in words.custom_metrics):
        return None
    metric = catalog().metrics.get(slug)
    if metric is None:
        raise BadInput(
            f"{where}.query.metrics",
            f"there is no metric {slug!r}",
            f"use some of {', '.join(catalog().metrics)}, or a custom metric of this workspace",
        )
    return metric


def _check_settings(where: str, settings: Settings, columns: Sequence[str], metrics: Collection[str]) -> None:
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
    for name, ids in (("labels", filters.labels), ("plans", filters.plans)):
        for label in ids or ():
            if words.labels is not None and label not in words.labels:
                raise BadInput(f"{where}.{name}", f"there is no such thing as '{label}' here", "leave it out")


def _check_sample(where: str, filters: Filters) -> None:
    """The Sample Account stands alone here too."""
    if SAMPLE_ACCOUNT_ID in (filters.accounts or ()) and len(set(filters.accounts or ())) > 1:
        raise BadInput(f"{where}.accounts", MIXED, "name it alone, or leave it out")


def gone(widget: DashboardWidget, filters: Filters, words: Words) -> tuple[str, ...]:
    """Why the widget cannot be shown as it was made, in sentences; `filters` are those it is asked with."""
    return tuple(_gone(widget, filters, words))


def _gone(widget: DashboardWidget, filters: Filters, words: Words) -> Iterator[str]:
    if widget.widget is not None and widget.widget not in shown_widgets():
        yield f"The widget {widget.widget} is no more."
    for slug in widget.query.metrics if widget.query else ():
        if slug.startswith(CUSTOM):
            if words.custom_metrics is not None and slug not in words.custom_metrics:
                yield f"The custom metric {slug} was deleted."
        elif slug not in catalog().metrics:
            yield f"The metric {slug} is no more."
    for slug in widget.query.dimensions if widget.query else ():
        if slug not in catalog().dimensions:
            yield f"The dimension {slug} is no more."
    for label in (*(filters.labels or ()), *(filters.plans or ())):
        if words.labels is not None and label not in words.labels:
            yield f"The label or plan {label}, by which it is filtered, was deleted."
    if filters.accounts == ():
        yield "Of the accounts it was made for none is left that you may read."


def uses_metric(dashboard: Dashboard, slug: str) -> tuple[DashboardWidget, ...]:
    """The widgets that ask for the metric."""
    return tuple(widget for widget in dashboard.widgets if widget.query and slug in widget.query.metrics)


def uses_label(dashboard: Dashboard, label_id: UUID) -> bool:
    """Whether a filter of the dashboard names the label or plan."""
    return any(label_id in (*(one.labels or ()), *(one.plans or ())) for one in dashboard.all_filters)
