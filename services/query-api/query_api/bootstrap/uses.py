"""Wires who may name a metric or a label: whatever is made of them, or narrowed to them, is one more here."""

from common.runtime.clock import WallClock
from query_api.bootstrap.stores import Stores
from query_api.ports.uses import LabelUsers, MetricUsers
from query_api.use_cases.dashboard_uses import UsesOfDashboards
from query_api.use_cases.exporting.uses import UsesOfSchedules


def metric_users(stores: Stores) -> tuple[MetricUsers, ...]:
    return _dashboards(stores), UsesOfSchedules(schedules=stores.schedules)


def label_users(stores: Stores) -> tuple[LabelUsers, ...]:
    return _dashboards(stores), UsesOfSchedules(schedules=stores.schedules)


def _dashboards(stores: Stores) -> UsesOfDashboards:
    return UsesOfDashboards(store=stores.dashboards, templates=stores.templates, wall=WallClock())
