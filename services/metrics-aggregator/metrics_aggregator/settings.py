"""Settings of the aggregator and its commands."""

from pydantic import ValidationError

from common.runtime.settings import ClickHouseSettings, KafkaSettings, ServiceSettings


class GroupSettings(KafkaSettings):
    """What `dlq` and `replay` need."""

    consumer_group: str = "metrics-aggregator"


class AggregatorSettings(ServiceSettings, GroupSettings, ClickHouseSettings):
    """What serving needs."""

    instance_id: str | None = None
    """Static group membership: quicker back after a crash, but only where there is one replica of this name."""
    facts_only: bool = False
    """Write facts and no rollups: for reading everything again, after which `rebuild` computes them."""


def fault(error: ValidationError) -> str:
    """What is wrong with the environment, by the names of the variables and without their values."""
    rows = error.errors(include_input=False, include_url=False)
    return "; ".join(f"TOA_{'.'.join(str(part) for part in row['loc']).upper()}: {row['msg']}" for row in rows)
