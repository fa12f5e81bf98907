"""The ingestor's metrics for Prometheus, in a registry of their own. Times are of the domain clock."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from ingestor.domain.progress import IncidentKind

_SECONDS_OF_A_MINUTE = 60


class PrometheusMeter:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._counters = _counters(registry)
        self._gauges = _gauges(registry)
        for kind in IncidentKind:
            # From 0 on, so that the first one is a rise.
            self._counters["incidents"].labels(kind)

    def requested(self, endpoint: str, code: str) -> None:
        self._count("requests", endpoint, code)

    def published(self, topic: str, count: int) -> None:
        self._count("published", topic, by=count)

    def unusable(self, kind: str, count: int) -> None:
        self._count("unusable", kind, by=count)

    def incident(self, kind: str) -> None:
        self._count("incidents", kind)

    def turn_failed(self, error: str) -> None:
        self._count("failed_turns", error)

    def owned(self, accounts: int, *, oldest_due_lag_seconds: float) -> None:
        self._gauges["owned"].set(accounts)
        self._gauges["lag"].set(oldest_due_lag_seconds)

    def aged(self, *, oldest_seconds: float, over_a_day: int) -> None:
        self._gauges["age"].set(oldest_seconds)
        self._gauges["gaps"].set(over_a_day)

    def loaded(self, *, wanted: float, granted: float, stretch: float) -> None:
        self._gauges["wanted"].set(wanted / _SECONDS_OF_A_MINUTE)
        self._gauges["granted"].set(granted / _SECONDS_OF_A_MINUTE)
        self._gauges["stretch"].set(stretch)

    def _count(self, name: str, *labels: str, by: int = 1) -> None:
        self._counters[name].labels(*labels).inc(by)


def _counters(to: CollectorRegistry) -> Mapping[str, Counter]:
    return {
        "requests": Counter(
            "toa_ingestor_requests", "Requests to TikTok by outcome", ["endpoint", "code"], registry=to
        ),
        "published": Counter(
            "toa_ingestor_snapshots_published",
            "Snapshots and post lifecycles acknowledged by Kafka",
            ["topic"],
            registry=to,
        ),
        "unusable": Counter(
            "toa_ingestor_unusable_values", "Values and items of answers left out", ["kind"], registry=to
        ),
        "incidents": Counter(
            "toa_ingestor_incidents", "Listings that succeeded and cannot be believed", ["kind"], registry=to
        ),
        "failed_turns": Counter(
            "toa_ingestor_failed_turns", "Turns ended by an exception and repeated", ["error"], registry=to
        ),
    }


def _gauges(to: CollectorRegistry) -> Mapping[str, Gauge]:
    return {
        "owned": Gauge("toa_ingestor_accounts_owned", "Accounts collected by this replica", registry=to),
        "lag": Gauge("toa_ingestor_oldest_due_lag_seconds", "Domain time the most overdue account waits", registry=to),
        "age": Gauge(
            "toa_ingestor_oldest_profile_age_seconds", "Domain time since the oldest profile was read", registry=to
        ),
        "gaps": Gauge("toa_ingestor_accounts_with_gap", "Accounts whose profile was not read for a day", registry=to),
        "wanted": Gauge(
            "toa_ingestor_requests_wanted_per_second", "What the rhythm of the owned accounts wants", registry=to
        ),
        "granted": Gauge("toa_ingestor_requests_granted_per_second", "Requests made, over two minutes", registry=to),
        "stretch": Gauge(
            "toa_ingestor_stretch_ratio", "Intervals kept to intervals wanted; above 1 the budget is short", registry=to
        ),
    }
