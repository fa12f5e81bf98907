"""Settings of auth-service, from `TOA_*`. Keys and passwords come in files, so that no process list shows them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from common.runtime.settings import HttpSettings, KafkaSettings, MongoSettings, Settings, SmtpSettings


class StoreSettings(MongoSettings):
    """What the commands need: the database alone."""

    mongo_database: str = "auth"
    log_level: str = "INFO"


class KeySettings(StoreSettings):
    """Where the key ring lies: exactly one of three."""

    token_keys_file: Path | None = Field(default=None, description='{"active": kid, "keys": {kid: base64 of 32 bytes}}')
    token_keys_dir: Path | None = Field(
        default=None,
        description="A mounted secret: a file for each key, named by its id, and `active`, which names one.",
    )
    token_keys: SecretStr | None = Field(default=None, description="What the file would hold.")

    @model_validator(mode="after")
    def _one_ring(self) -> Self:
        if sum(place is not None for place in (self.token_keys_file, self.token_keys_dir, self.token_keys)) != 1:
            raise ValueError("give exactly one of TOA_TOKEN_KEYS_FILE, TOA_TOKEN_KEYS_DIR and TOA_TOKEN_KEYS")
        return self


class MailSettings(StoreSettings, SmtpSettings):
    """Without a mail server notices wait unsent."""


class ProviderSettings(Settings):
    """An OpenID Connect provider to sign in with; without an issuer there is none."""

    oidc_issuer: str | None = Field(default=None, description="Exactly as the provider's discovery document says.")
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    oidc_name: str = Field(default="single sign-on", description="What the page calls it.")


class AuthSettings(HttpSettings, KafkaSettings, KeySettings, MailSettings, ProviderSettings):
    """What serving needs."""

    public_url: str = Field(description="The one origin that people and TikTok see, without a path.")
    tiktok_api_url: str
    tiktok_authorize_url: str
    tiktok_app_id: str
    tiktok_app_secret: SecretStr
    tiktok_client_key: str
    session_key_file: Path = Field(description="ES256 private keys, PEM: the first signs, all are shown.")
    operator_emails: frozenset[str] = Field(default=frozenset(), description="JSON list: who runs this deployment.")
    early_access: Literal["open", "allowlist"] = Field(default="open", description="Who may connect an account.")
    service_public_keys: dict[str, str] = Field(description="Ed25519 public keys (PEM) by the caller's name.")
    register_webhook: bool = Field(
        default=False, description="Ask TikTok at the start to send its events here; else its portal names the address."
    )
    require_business: bool = Field(default=False, description="Only Business accounts may be connected.")
    token_margin_minutes: int = Field(default=15, ge=1, description="An access token nearer its end is refreshed.")

    @field_validator("public_url", "tiktok_api_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")


def fault(error: ValueError) -> str:
    """What is wrong with the environment, by the names of the variables and without their values."""
    if not isinstance(error, ValidationError):
        return str(error)
    rows = error.errors(include_input=False, include_url=False)
    return "; ".join(_row([str(part) for part in row["loc"]], row["msg"]) for row in rows)


def _row(place: Sequence[str], reason: str) -> str:
    return f"TOA_{'.'.join(place).upper()}: {reason}" if place else reason
