"""Wires custom metrics."""

from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse
from query_api.adapters.metric_previews import ClickHousePreviews
from query_api.bootstrap.stores import Stores
from query_api.ports.metrics import MetricPorts, MetricUsers
from query_api.use_cases.exporting.uses import UsesOfSchedules


def metric_ports(stores: Stores, warehouse: ClickHouseWarehouse) -> MetricPorts:
    return MetricPorts(
        custom=stores.metric_books,
        books=stores.metric_books,
        users=_users(stores),
        previews=ClickHousePreviews(warehouse),
    )


def _users(stores: Stores) -> tuple[MetricUsers, ...]:
    """Whatever else may name a metric."""
    return (UsesOfSchedules(schedules=stores.schedules),)
