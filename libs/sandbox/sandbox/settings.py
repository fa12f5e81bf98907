"""Settings of the sandbox, from `TOA_*`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from common.runtime.settings import HttpSettings
from sandbox.domain import timeline
from sandbox.domain.answers import Switches
from sandbox.domain.authorization import App
from sandbox.domain.limits import Limits


class SandboxSettings(HttpSettings):
    sandbox_seed: int = 1
    sandbox_more_accounts: int = Field(default=0, ge=0, description="Drawn from the seed, besides the four named ones.")
    sandbox_state_dir: Path = Field(description="Grants and the log of answers; kept over restarts.")
    tiktok_app_id: str
    tiktok_app_secret: SecretStr
    tiktok_client_key: str
    sandbox_rotate_refresh_tokens: bool = Field(default=True, description="Each refresh replaces the refresh token.")
    sandbox_missing_value: Literal["absent", "null"] = "absent"
    sandbox_missing_scope: Literal["omit", "error"] = "omit"
    sandbox_before_floor: Literal["truncate", "error"] = "truncate"
    sandbox_account_minute_limit: int = Field(default=40, ge=0, description="Per account and endpoint; 0 = no limit.")
    sandbox_app_minute_limit: int = Field(default=600, ge=0, description="0 = no limit.")
    sandbox_app_second_limit: int = Field(default=10, ge=0, description="0 = no limit.")
    sandbox_penalty_seconds: int = Field(default=300, ge=0, description="Pause after a minute's limit was passed.")
    sandbox_plain_callbacks: bool = Field(default=True, description="A webhook on this machine may be plain http.")

    def app(self) -> App:
        return App(
            app_id=self.tiktok_app_id,
            secret=self.tiktok_app_secret.get_secret_value(),
            client_key=self.tiktok_client_key,
        )

    def limits(self) -> Limits:
        return Limits(
            account_minute=self.sandbox_account_minute_limit,
            app_minute=self.sandbox_app_minute_limit,
            app_second=self.sandbox_app_second_limit,
            penalty=self.sandbox_penalty_seconds * timeline.SECOND,
        )

    def switches(self) -> Switches:
        return Switches(
            missing_value=self.sandbox_missing_value,
            missing_scope=self.sandbox_missing_scope,
            before_floor=self.sandbox_before_floor,
        )


class AloneSettings(SandboxSettings):
    """For `make sandbox`: everything has a default. The app is no secret, it opens nothing but this sandbox."""

    http_port: int = 8083
    log_level: str = "WARNING"
    sandbox_state_dir: Path = Path(".data/sandbox-alone")
    clock_file: Path | None = Path(".data/sandbox-alone/clock.json")
    tiktok_app_id: str = "7000000000000000001"
    tiktok_app_secret: SecretStr = SecretStr("sandbox-secret")
    tiktok_client_key: str = "sandboxclientkey"
