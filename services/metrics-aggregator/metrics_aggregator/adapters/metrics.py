"""The aggregator's Prometheus metrics. Times are in seconds."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from metrics_aggregator.domain.records import Account, Snapshot
from metrics_aggregator.domain.touched import Touched
from metrics_aggregator.ports import Warehouse

_RECORDS = (1, 10, 100, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How far a partition of `topic` is behind: records not committed, age of the oldest one taken and unfinished."""

    topic: str
    records: int
    seconds: float


class Metrics:
    """Counts what the pipeline tells; served from `registry`."""

    def __init__(self) -> None:
        self.registry = to = CollectorRegistry()
        self._batches = Counter("toa_aggregator_batches", "Batches written and acknowledged", ["topic"], registry=to)
        self._records = Counter("toa_aggregator_records", "Records by outcome", ["topic", "outcome"], registry=to)
        self._sizes = Histogram(
            "toa_aggregator_batch_records", "Records of a batch", ["topic"], buckets=_RECORDS, registry=to
        )
        self._letters = Counter(
            "toa_aggregator_dead_letters", "Records nobody can use, by reason", ["topic", "code"], registry=to
        )
        self._erased = Counter(
            "toa_aggregator_erased_records", "Records of erased accounts that were dropped", ["topic"], registry=to
        )
        self._waiting = Gauge(
            "toa_aggregator_dead_letters_waiting", "Dead letters left, in all of Kafka", ["topic"], registry=to
        )
        self._failures = Counter(
            "toa_aggregator_step_failures", "Steps that failed and were tried again", ["step"], registry=to
        )
        self.insert_seconds = Histogram(
            "toa_aggregator_insert_seconds", "Writing a batch's facts", ["landing"], buckets=_SECONDS, registry=to
        )
        self.recompute_seconds = Histogram(
            "toa_aggregator_recompute_seconds",
            "Recomputing the series a batch touched, a portion at a time",
            ["rollups"],
            buckets=_SECONDS,
            registry=to,
        )

    def batch_done(self, topic: str, *, taken: int, refused: int) -> None:
        self._batches.labels(topic).inc()
        self._records.labels(topic, "taken").inc(taken)
        self._records.labels(topic, "refused").inc(refused)
        self._sizes.labels(topic).observe(taken + refused)

    def dead_lettered(self, topic: str, code: str) -> None:
        self._letters.labels(topic, code).inc()

    def erased(self, topic: str, records: int) -> None:
        self._erased.labels(topic).inc(records)

    def letters_wait(self, waiting: Mapping[str, int]) -> None:
        """By the topic they came from."""
        for topic, letters in waiting.items():
            self._waiting.labels(topic).set(letters)

    def step_failed(self, what: str) -> None:
        self._failures.labels(what).inc()


class LagCollector(Collector):
    """Lag at the moment it is asked for, of the partitions this worker has."""

    def __init__(self, lags: Callable[[], Iterable[Lag]]) -> None:
        self._lags = lags

    def collect(self) -> Iterator[GaugeMetricFamily]:
        records: defaultdict[str, int] = defaultdict(int)
        seconds: defaultdict[str, float] = defaultdict(float)
        for lag in self._lags():
            records[lag.topic] += lag.records
            seconds[lag.topic] = max(seconds[lag.topic], lag.seconds)
        yield _filled(
            GaugeMetricFamily(
                "toa_aggregator_lag_records",
                "Records in the worker's partitions that are not committed",
                labels=["topic"],
            ),
            records,
        )
        yield _filled(
            GaugeMetricFamily(
                "toa_aggregator_lag_seconds", "Age of the oldest record taken and not finished", labels=["topic"]
            ),
            seconds,
        )


def _filled(family: GaugeMetricFamily, values: dict[str, int] | dict[str, float]) -> GaugeMetricFamily:
    for topic, value in values.items():
        family.add_metric([topic], value)
    return family


class TimedWarehouse:
    """A warehouse whose successful inserts and recomputes are timed."""

    def __init__(self, warehouse: Warehouse, metrics: Metrics) -> None:
        self._warehouse = warehouse
        self._metrics = metrics

    async def insert(self, landing: str, snapshots: Sequence[Snapshot]) -> None:
        began = time.perf_counter()
        await self._warehouse.insert(landing, snapshots)
        self._metrics.insert_seconds.labels(landing).observe(time.perf_counter() - began)

    async def recompute(self, rollups: Sequence[str], touched: Touched) -> Mapping[Account, int]:
        began = time.perf_counter()
        versions = await self._warehouse.recompute(rollups, touched)
        if rollups:
            self._metrics.recompute_seconds.labels("+".join(rollups)).observe(time.perf_counter() - began)
        return versions

    async def check(self) -> None:
        await self._warehouse.check()
