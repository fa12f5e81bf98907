"""Fresh ids and secrets."""

import secrets
from uuid import UUID

from uuid_utils import compat


class SystemSecrets:
    def new_id(self) -> UUID:
        return compat.uuid7()

    def new_secret(self) -> str:
        return secrets.token_urlsafe(32)

    def new_key_id(self) -> str:
        # Hex, because an underscore ends it in `toa_<id>_<secret>`.
        return secrets.token_hex(8)
