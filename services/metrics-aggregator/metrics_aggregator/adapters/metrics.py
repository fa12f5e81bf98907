"""The aggregator's Prometheus metrics."""

from prometheus_client import CollectorRegistry, Counter


class Metrics:
    """Counts what the pipeline tells; served from `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._batches = Counter(
            "toa_aggregator_batches", "Batches written and acknowledged", ["topic"], registry=self.registry
        )
        self._records = Counter(
            "toa_aggregator_records", "Records by outcome", ["topic", "outcome"], registry=self.registry
        )
        self._failures = Counter(
            "toa_aggregator_step_failures", "Steps that failed and were tried again", ["step"], registry=self.registry
        )

    def batch_done(self, topic: str, *, taken: int, refused: int) -> None:
        self._batches.labels(topic).inc()
        self._records.labels(topic, "taken").inc(taken)
        self._records.labels(topic, "refused").inc(refused)

    def step_failed(self, what: str) -> None:
        self._failures.labels(what).inc()
