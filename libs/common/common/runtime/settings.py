"""Settings every service takes from the environment, prefix `TOA_`. A service adds its own in a subclass."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SmtpSecurity = Literal["none", "starttls", "tls"]


class Settings(BaseSettings):
    """Base of every settings class: frozen, from `TOA_*`; unknown variables are other services' business."""

    model_config = SettingsConfigDict(env_prefix="TOA_", frozen=True, extra="ignore")


class ServiceSettings(Settings):
    """What each of our processes needs, whatever it does."""

    health_port: int = Field(default=0, description="Second port: /healthz, /readyz, /metrics; 0 takes a free one.")
    health_host: str = "127.0.0.1"
    log_level: str = "INFO"
    clock_file: Path | None = Field(default=None, description="Domain clock file of a simulation; absent = real time.")


class HttpSettings(ServiceSettings):
    """For a process with a public port."""

    http_host: str = "127.0.0.1"
    http_port: int


class KafkaSettings(Settings):
    kafka_bootstrap: str
    kafka_replication: int = 1


class MongoSettings(Settings):
    mongo_url: str
    mongo_database: str


class SmtpSettings(Settings):
    """The mail server; without a host nothing is sent."""

    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_security: SmtpSecurity = Field(
        default="starttls", description="Never less than this: a server that offers no TLS gets no mail."
    )
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    smtp_from: str = "TikTok Organic Analytics <noreply@localhost>"


class ClickHouseSettings(Settings):
    clickhouse_url: str
    clickhouse_database: str = "toa"
    clickhouse_cluster: str | None = Field(default=None, description="Cluster name: tables are Replicated, ON CLUSTER.")
    clickhouse_shards: tuple[str, ...] = Field(
        default=(), description="One replica of each shard, in the cluster's order; empty: `clickhouse_url` alone."
    )

    @property
    def shard_urls(self) -> tuple[str, ...]:
        return self.clickhouse_shards or (self.clickhouse_url,)
