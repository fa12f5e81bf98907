"""Wires custom metrics."""

from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse
from query_api.adapters.metric_previews import ClickHousePreviews
from query_api.bootstrap.stores import Stores
from query_api.ports.metrics import MetricPorts, MetricUsers

# Whatever else may name a metric.
_USERS: tuple[MetricUsers, ...] = ()


def metric_ports(stores: Stores, warehouse: ClickHouseWarehouse) -> MetricPorts:
    return MetricPorts(
        custom=stores.metric_books,
        books=stores.metric_books,
        users=_USERS,
        previews=ClickHousePreviews(warehouse),
    )
