"""Wires custom metrics."""

from query_api.bootstrap.stores import Stores
from query_api.bootstrap.uses import metric_users
from query_api.ports.metrics import MetricPorts


def metric_ports(stores: Stores) -> MetricPorts:
    return MetricPorts(custom=stores.metric_books, books=stores.metric_books, users=metric_users(stores))
