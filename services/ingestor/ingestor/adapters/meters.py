"""The ingestor's metrics for Prometheus, in a registry of their own."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class PrometheusMeter:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "toa_ingestor_requests", "Requests to TikTok by outcome", ["endpoint", "code"], registry=registry
        )
        self._snapshots = Counter(
            "toa_ingestor_snapshots_published",
            "Snapshots and post lifecycles acknowledged by Kafka",
            ["topic"],
            registry=registry,
        )
        self._unusable = Counter(
            "toa_ingestor_unusable_values", "Values and items of answers left out", ["kind"], registry=registry
        )
        self._incidents = Counter(
            "toa_ingestor_incidents", "Listings that succeeded and cannot be believed", ["kind"], registry=registry
        )
        self._failed_turns = Counter(
            "toa_ingestor_failed_turns", "Turns ended by an exception and repeated", ["error"], registry=registry
        )
        self._accounts = Gauge("toa_ingestor_accounts_owned", "Accounts collected by this replica", registry=registry)
        self._lag = Gauge(
            "toa_ingestor_oldest_due_lag_seconds", "Domain time the most overdue account waits", registry=registry
        )
        self._wanted = Gauge(
            "toa_ingestor_requests_wanted_per_minute", "What the rhythm of the owned accounts wants", registry=registry
        )
        self._granted = Gauge(
            "toa_ingestor_requests_granted_per_minute", "Requests made, over two minutes", registry=registry
        )
        self._stretch = Gauge(
            "toa_ingestor_stretch_ratio",
            "Intervals kept to intervals wanted; above 1 the budget is short",
            registry=registry,
        )

    def requested(self, endpoint: str, code: str) -> None:
        self._requests.labels(endpoint, code).inc()

    def published(self, topic: str, count: int) -> None:
        self._snapshots.labels(topic).inc(count)

    def unusable(self, kind: str, count: int) -> None:
        self._unusable.labels(kind).inc(count)

    def incident(self, kind: str) -> None:
        self._incidents.labels(kind).inc()

    def turn_failed(self, error: str) -> None:
        self._failed_turns.labels(error).inc()

    def owned(self, accounts: int, *, oldest_due_lag_seconds: float) -> None:
        self._accounts.set(accounts)
        self._lag.set(oldest_due_lag_seconds)

    def loaded(self, *, wanted: float, granted: float, stretch: float) -> None:
        self._wanted.set(wanted)
        self._granted.set(granted)
        self._stretch.set(stretch)
