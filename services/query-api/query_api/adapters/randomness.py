"""Fresh ids and secrets."""

import secrets
from uuid import UUID

from uuid_utils import compat


class SystemRandomness:
    def new_id(self) -> UUID:
        return compat.uuid7()

    def new_secret(self) -> str:
        return secrets.token_urlsafe(32)
