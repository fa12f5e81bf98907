"""What follows from how a metric is measured: which columns it reads."""

from common.catalog import Metric, Rollup, catalog, measure_over
from common.catalog.measures import fields_read, metrics_read


def columns_over(metric: Metric, rollup: Rollup) -> tuple[str, ...]:
    """The rollup's columns that must have a value for the metric to have one."""
    measure = measure_over(metric, rollup)
    parts = (columns_over(catalog().metrics[part], rollup) for part in metrics_read(measure))
    return tuple(dict.fromkeys([*fields_read(measure), *(column for columns in parts for column in columns)]))
