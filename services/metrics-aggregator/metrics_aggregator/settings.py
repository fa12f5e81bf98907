"""Settings of the aggregator."""

from common.runtime.settings import ClickHouseSettings, KafkaSettings, ServiceSettings


class AggregatorSettings(ServiceSettings, KafkaSettings, ClickHouseSettings):
    consumer_group: str = "metrics-aggregator"
    instance_id: str | None = None
    """Static group membership: quicker back after a crash, but only where there is one replica of this name."""
