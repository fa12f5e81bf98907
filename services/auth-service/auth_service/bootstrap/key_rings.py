"""Wires the key ring and its rotation."""

import sys

from auth_service.adapters.consents import MongoPendings
from auth_service.adapters.directly_sealed import DirectlySealed
from auth_service.adapters.grants import MongoGrants
from auth_service.adapters.key_rings import KeyRingFile, KeyRingFolder, KeyRingSetting
from auth_service.adapters.token_cipher import TokenCipher
from auth_service.adapters.workspace_keys import MongoWorkspaceKeys
from auth_service.domain.errors import AuthError, StoreUnavailable
from auth_service.entrypoints import rotating_keys
from auth_service.ports_tokens import KeyRingSource
from auth_service.settings import KeySettings
from auth_service.use_cases.rotating import Rotating
from common.documents import store


def key_ring_of(settings: KeySettings) -> KeyRingSource:
    if settings.token_keys_dir:
        return KeyRingFolder(settings.token_keys_dir)
    if settings.token_keys:
        return KeyRingSetting(settings.token_keys, "TOA_TOKEN_KEYS")
    if settings.token_keys_file:
        return KeyRingFile(settings.token_keys_file)
    raise ValueError("no key ring is given")


def cipher_of(settings: KeySettings) -> TokenCipher:
    source = key_ring_of(settings)
    return TokenCipher(source.read(), source)


async def rotate_keys(settings: KeySettings) -> int:
    async with store.opened(settings.mongo_url, settings.mongo_database, failed=StoreUnavailable) as database:
        try:
            cipher = cipher_of(settings)
            workspaces = MongoWorkspaceKeys(database, cipher)
            kinds = (
                workspaces,
                MongoGrants(database, workspaces, cipher),
                MongoPendings(database, workspaces, cipher),
                DirectlySealed(database, cipher),
            )
            return await rotating_keys.rotate(Rotating(kinds=kinds), active=cipher.active)
        except (AuthError, OSError, ValueError) as error:
            sys.stderr.write(f"rotate-keys: {error}\n")
            return 1
