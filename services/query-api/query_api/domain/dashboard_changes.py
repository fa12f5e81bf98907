"""How dashboards come to be and change: pure, the new one from the old."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from query_api.domain.dashboard import Dashboard, DashboardWidget, Filters, Given, GivenWidget
from query_api.domain.errors import BadInput

Content = TypeVar("Content", Dashboard, Given)
NewId = Callable[[], UUID]
# Who made what nobody made.
SYSTEM = "system"


def first_id(workspace_id: UUID) -> UUID:
    """The id of the dashboard that a workspace begins with: a UUIDv7 of the workspace's own moment.

    It follows from the workspace, so that whoever makes the dashboard first, it is made once, and once deleted it
    stays so.
    """
    drawn = int.from_bytes(sha256(b"first dashboard" + workspace_id.bytes).digest()[:10])
    moment = workspace_id.int >> 80
    random_a, random_b = drawn >> 68, drawn & (1 << 62) - 1
    return UUID(int=moment << 80 | 7 << 76 | random_a << 64 | 2 << 62 | random_b)


def new_dashboard(
    given: Given, *, dashboard_id: UUID, workspace_id: UUID, by: str, at: datetime, new_id: NewId
) -> Dashboard:
    """Its widgets get ids of their own, whatever ids were given with them."""
    return Dashboard(
        dashboard_id=dashboard_id,
        workspace_id=workspace_id,
        name=given.name,
        description=given.description,
        filters=given.filters,
        widgets=tuple(_with_id(widget, new_id()) for widget in given.widgets),
        version=1,
        created_by=by,
        created_at=at,
        changed_by=by,
        changed_at=at,
    )


def replaced(dashboard: Dashboard, given: Given, *, by: str, at: datetime, new_id: NewId) -> Dashboard:
    """The dashboard with all of its content new; a widget that keeps its id stays the same one."""
    return dashboard.model_copy(
        update={
            "name": given.name,
            "description": given.description,
            "filters": given.filters,
            "widgets": _kept_and_new(dashboard, given.widgets, new_id),
            "version": dashboard.version + 1,
            "changed_by": by,
            "changed_at": at,
        }
    )


def renamed(dashboard: Dashboard, *, name: str | None, description: str | None, by: str, at: datetime) -> Dashboard:
    """What is None stays as it is."""
    return dashboard.model_copy(
        update={
            "name": dashboard.name if name is None else name,
            "description": dashboard.description if description is None else description,
            "version": dashboard.version + 1,
            "changed_by": by,
            "changed_at": at,
        }
    )


def content_of(dashboard: Dashboard) -> Given:
    """What another dashboard can be made from."""
    return Given(
        name=dashboard.name, description=dashboard.description, filters=dashboard.filters, widgets=dashboard.widgets
    )


def without_accounts(given: Given) -> Given:
    """The content for use elsewhere: it says nothing of accounts, nor which widget had which id."""
    widgets = tuple(
        GivenWidget.model_validate(
            {
                **dict(widget),
                "widget_id": None,
                "filters": widget.filters and widget.filters.model_copy(update={"accounts": None}),
            }
        )
        for widget in given.widgets
    )
    return given.model_copy(update={"filters": given.filters.model_copy(update={"accounts": None}), "widgets": widgets})


def limited_to(dashboard: Dashboard, readable: Collection[UUID]) -> Dashboard:
    """The dashboard as somebody sees it who may read these accounts: its filters name no others."""
    return with_filters(dashboard, lambda filters: _kept(filters, readable))


def without_account(dashboard: Dashboard, account_id: UUID) -> Dashboard:
    """The dashboard after the account was erased. A filter that named only it names none; it never grows to all."""
    return with_filters(dashboard, lambda filters: _kept(filters, dashboard.account_ids - {account_id}))


def with_merged(filters: Filters, label_id: UUID, into: UUID) -> Filters:
    """The filters after a label, or plan, was merged: they name the one that stays."""
    return filters.model_copy(
        update={
            "labels": filters.labels and _merged(filters.labels, label_id, into),
            "plans": filters.plans and _merged(filters.plans, label_id, into),
        }
    )


def _merged(ids: tuple[UUID, ...], label_id: UUID, into: UUID) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(into if one == label_id else one for one in ids))


def filters_of(dashboard: Dashboard, widget: DashboardWidget) -> Filters:
    """The filters that the widget is asked with: its own, each in place of the dashboard's. A range is one filter."""
    own = _set(widget.filters) if widget.filters else {}
    shared = _set(dashboard.filters)
    if own.keys() & {"start", "end", "preset"}:
        shared = {name: value for name, value in shared.items() if name not in {"start", "end", "preset"}}
    return Filters.model_validate(shared | own)


def _set(filters: Filters) -> dict[str, object]:
    return {name: value for name, value in dict(filters).items() if value is not None}


def with_filters(dashboard: Content, change: Callable[[Filters], Filters]) -> Content:
    """The content with each of its filters, and its widgets', changed."""
    widgets = tuple(
        widget.model_copy(update={"filters": widget.filters and change(widget.filters)}) for widget in dashboard.widgets
    )
    return dashboard.model_copy(update={"filters": change(dashboard.filters), "widgets": widgets})


def _kept(filters: Filters, accounts: Collection[UUID]) -> Filters:
    if filters.accounts is None:
        return filters
    return filters.model_copy(update={"accounts": tuple(one for one in filters.accounts if one in accounts)})


def _with_id(widget: GivenWidget, widget_id: UUID) -> DashboardWidget:
    return DashboardWidget.model_validate({**dict(widget), "widget_id": widget_id})


def _kept_and_new(dashboard: Dashboard, widgets: Sequence[GivenWidget], new_id: NewId) -> tuple[DashboardWidget, ...]:
    known = {widget.widget_id for widget in dashboard.widgets}
    taken: set[UUID] = set()
    made: list[DashboardWidget] = []
    for number, widget in enumerate(widgets):
        widget_id = widget.widget_id or new_id()
        if widget.widget_id is not None and (widget_id not in known or widget_id in taken):
            problem = "stands twice" if widget_id in taken else "is not of this dashboard"
            raise BadInput(
                f"widgets.{number}.widget_id", f"'{widget_id}' {problem}", "leave widget_id out of a new widget"
            )
        taken.add(widget_id)
        made.append(_with_id(widget, widget_id))
    return tuple(made)
