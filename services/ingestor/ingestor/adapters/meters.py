"""The ingestor's metrics for Prometheus, in a registry of their own."""

from prometheus_client import CollectorRegistry, Counter, Gauge

# By what each is counted, and what it means.
_COUNTERS = {
    "toa_ingestor_requests": (("endpoint", "code"), "Requests to TikTok by outcome"),
    "toa_ingestor_snapshots_published": (("topic",), "Snapshots and post lifecycles acknowledged by Kafka"),
    "toa_ingestor_unusable_values": (("kind",), "Values and items of answers left out"),
    "toa_ingestor_incidents": (("kind",), "Listings that succeeded and cannot be believed"),
    "toa_ingestor_failed_turns": (("error",), "Turns ended by an exception and repeated"),
}
_GAUGES = {
    "toa_ingestor_accounts_owned": "Accounts collected by this replica",
    "toa_ingestor_oldest_due_lag_seconds": "Domain time the most overdue account waits",
    "toa_ingestor_requests_wanted_per_minute": "What the rhythm of the owned accounts wants",
    "toa_ingestor_requests_granted_per_minute": "Requests made, over two minutes",
    "toa_ingestor_stretch_ratio": "Intervals kept to intervals wanted; above 1 the budget is short",
}


class PrometheusMeter:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._counters = {
            name: Counter(name, says, labels, registry=registry) for name, (labels, says) in _COUNTERS.items()
        }
        self._gauges = {name: Gauge(name, says, registry=registry) for name, says in _GAUGES.items()}

    def requested(self, endpoint: str, code: str) -> None:
        self._count("requests", endpoint, code)

    def published(self, topic: str, count: int) -> None:
        self._count("snapshots_published", topic, by=count)

    def unusable(self, kind: str, count: int) -> None:
        self._count("unusable_values", kind, by=count)

    def incident(self, kind: str) -> None:
        self._count("incidents", kind)

    def turn_failed(self, error: str) -> None:
        self._count("failed_turns", error)

    def owned(self, accounts: int, *, oldest_due_lag_seconds: float) -> None:
        self._show("accounts_owned", accounts)
        self._show("oldest_due_lag_seconds", oldest_due_lag_seconds)

    def loaded(self, *, wanted: float, granted: float, stretch: float) -> None:
        self._show("requests_wanted_per_minute", wanted)
        self._show("requests_granted_per_minute", granted)
        self._show("stretch_ratio", stretch)

    def _count(self, name: str, *labels: str, by: int = 1) -> None:
        self._counters[f"toa_ingestor_{name}"].labels(*labels).inc(by)

    def _show(self, name: str, value: float) -> None:
        self._gauges[f"toa_ingestor_{name}"].set(value)
