"""Wires the commands, which write and end."""

import sys

from argon2 import PasswordHasher

from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.passwords import Argon2Passwords
from auth_service.adapters.people import MongoApiKeys, MongoUsers, MongoWorkspaces
from auth_service.adapters.randomness import SystemSecrets
from auth_service.domain.errors import AuthError, StoreUnavailable
from auth_service.entrypoints import command_line
from auth_service.settings import StoreSettings
from auth_service.use_cases.creating import Creating
from common.documents import store
from common.runtime.clock import WallClock


async def create_workspace(command: command_line.CreateWorkspace, settings: StoreSettings) -> int:
    async with store.opened(settings.mongo_url, settings.mongo_database, failed=StoreUnavailable) as database:
        creating = Creating(
            users=MongoUsers(database),
            workspaces=MongoWorkspaces(database, _unheard),
            keys=MongoApiKeys(database, _unheard),
            passwords=Argon2Passwords(PasswordHasher()),
            secrets=SystemSecrets(),
            wall=WallClock(),
        )
        try:
            await make_indexes(database)
            await command_line.create_workspace(command, creating)
        except (AuthError, OSError) as error:
            sys.stderr.write(f"create-workspace: {error}\n")
            return 1
    return 0


def _unheard() -> None:
    """A command writes and ends; the serving process finds its events by the sweep."""
