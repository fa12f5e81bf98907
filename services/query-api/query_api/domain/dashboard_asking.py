"""A dashboard's widget as a question: its settings and filters in the wire's own parameters."""

from collections.abc import Mapping

from query_api.domain.dashboard import Dashboard, DashboardWidget
from query_api.domain.dashboard_changes import filters_of
from query_api.domain.dashboard_words import takes_any_metric
from query_api.domain.errors import BadInput

Parameters = Mapping[str, object]


def parameters_of(dashboard: Dashboard, widget: DashboardWidget, *, cursor: str | None) -> Parameters:
    """What GET /v1/widgets/{slug}, or POST /v1/query, is asked with; only what is set. Raises `BadInput`."""
    filters = filters_of(dashboard, widget)
    if filters.accounts == ():
        raise BadInput(
            "accounts",
            "of the accounts this widget was made for none is left",
            "choose others in the dashboard's filters, or none for all",
        )
    settings = widget.settings.model_dump(mode="json", exclude_none=True, include=_ASKED)
    asked = {**filters.model_dump(mode="json", by_alias=True, exclude_none=True), **settings}
    if widget.query is not None:
        asked |= widget.query.model_dump(mode="json")
    elif widget.settings.metrics is not None and takes_any_metric(widget):
        asked |= {"metrics": list(widget.settings.metrics)}
    return asked if cursor is None else {**asked, "cursor": cursor}


# `chart`, and `metrics` where the widget has its own, are how the answer is shown.
_ASKED = {"attribution", "lifecycle", "sort", "limit"}
