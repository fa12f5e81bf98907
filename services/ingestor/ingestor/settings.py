"""Settings of the ingestor, from `TOA_*`."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from common.runtime.settings import KafkaSettings, MongoSettings, ServiceSettings
from ingestor.domain.budget import Limits
from ingestor.domain.plan import Rhythm


class IngestorSettings(ServiceSettings, KafkaSettings, MongoSettings):
    mongo_database: str = "ingestor"
    tiktok_api_url: str = Field(description="Base address of the Accounts API, up to and including its version.")
    auth_internal_url: str = Field(description="Address of auth-service's second port.")
    service_key_file: Path = Field(description="Ed25519 private key (PEM) that signs the calls to auth-service.")
    tiktok_app_id: str = Field(default="tiktok", description="The app whose limits are shared by all who name it.")
    tiktok_requests_per_second: int = Field(default=10, ge=1, description="Of the app's tier at TikTok (Basic).")
    tiktok_requests_per_minute: int = Field(default=600, ge=1, description="Of the app's tier, Accounts API (Basic).")
    tiktok_account_requests_per_minute: int = Field(default=40, ge=1, description="Of an account and endpoint.")
    ingestor_concurrency: int = Field(default=24, ge=1, description="Requests to TikTok under way or waiting at once.")
    ingestor_group: str = Field(default="ingestor", description="Consumer group that divides the accounts.")
    profile_look_back_days: int = Field(default=60, ge=1, description="How far back TikTok's daily series goes.")
    profile_window_days: int = Field(default=60, ge=7, description="Most days TikTok gives in one request.")
    profile_every_hours: float = Field(default=6, gt=0)
    head_every_hours: float = Field(default=3, gt=0)
    full_listing_every_hours: float = Field(default=24, gt=0)

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(
            profile_every=timedelta(hours=self.profile_every_hours),
            head_every=timedelta(hours=self.head_every_hours),
            full_every=timedelta(hours=self.full_listing_every_hours),
            look_back_days=self.profile_look_back_days,
            window_days=self.profile_window_days,
        )

    @property
    def limits(self) -> Limits:
        return Limits(
            per_second=self.tiktok_requests_per_second,
            per_minute=self.tiktok_requests_per_minute,
            account_per_minute=self.tiktok_account_requests_per_minute,
        )
