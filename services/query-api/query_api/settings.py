"""Settings of this service, from the environment."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from common.runtime.settings import ClickHouseSettings, HttpSettings, KafkaSettings, MongoSettings, SmtpSettings

_MEGABYTE = 1024 * 1024


def _sources(text: str) -> str:
    if any(mark in text for mark in ";,\r\n"):
        raise ValueError("write sources with spaces between, such as `https://a.example http://127.0.0.1:*`")
    return text


_ORIGIN = re.compile(r"https?://[^/\s?#@]+")


def _origins(text: str) -> str:
    if wrong := [origin for origin in text.split() if origin != "*" and not _ORIGIN.fullmatch(origin)]:
        raise ValueError(f"{wrong[0]!r} is no origin: write `https://a.example`, without a path, or * for all")
    return text


class QuerySettings(HttpSettings, KafkaSettings, MongoSettings, ClickHouseSettings, SmtpSettings):
    mongo_database: str = "query"
    public_url: str = Field(description="The one origin; session tokens must be issued by it.")
    jwks_url: str = Field(description="auth-service's key set.")
    auth_internal_url: str = Field(description="auth-service's second port, which is told the last use of API keys.")
    service_key_file: Path = Field(description="Ed25519 private key, PEM, that this service proves itself with.")
    web_dir: Path | None = Field(default=None, description="Folder of the built page; absent = no page.")
    image_sources: Annotated[str, AfterValidator(_sources)] = Field(
        default="", description="Where thumbnails may come from besides https:, in the words of a content policy."
    )
    cors_origins: Annotated[str, AfterValidator(_origins)] = Field(
        default="", description="Pages elsewhere that may ask with a token, with spaces between; none by default."
    )
    rate_limit: int = Field(default=1_200, ge=1, description="Requests a minute that one key or person may make.")
    change_streams: int = Field(default=20, ge=1, description="Streams of changes that one key or person may have.")
    answers_megabytes: int = Field(
        default=64, ge=0, description="Memory for answers that are asked for again; 0 = none."
    )
    sample_account: bool = Field(default=True, description="Whether this service tells the Sample Account's figures.")
    label_rules: bool = Field(default=True, description="Whether this process labels new posts by the rules.")
    query_seconds: float = Field(default=20, description="Longest a question to ClickHouse may take.")
    query_megabytes: int = Field(default=512, description="Most memory of ClickHouse that one question may take.")
    workspace_running: int = Field(
        default=32, description="Questions to ClickHouse that one workspace may have under way in this process."
    )
    workspace_waiting: int = Field(default=256, description="And how many more of them may wait for their turn.")
    export_seconds: float = Field(default=600, description="Longest an export may take.")
    export_rows: int = Field(default=50_000_000, description="Most rows an export may have.")

    export_url: str | None = Field(
        default=None, description="Where results of exports lie: file:///…, s3://…, gs://…; absent = no export jobs."
    )
    export_days: float = Field(default=7, description="How long a result is kept.")
    export_workers: int = Field(default=2, ge=0, description="Export jobs of this process at once.")
    exports_of_workspace: int = Field(default=2, ge=1, description="Export jobs of a workspace at once, everywhere.")
    link_key_file: Path | None = Field(
        default=None, description="Any secret bytes that sign links to results; absent = those of the service key."
    )

    private_webhooks: bool = Field(
        default=False, description="Webhooks may go to machines of our own network, by http too: for development."
    )

    @property
    def answers_bytes(self) -> int:
        return self.answers_megabytes * _MEGABYTE

    @property
    def query_bytes(self) -> int:
        return self.query_megabytes * _MEGABYTE
