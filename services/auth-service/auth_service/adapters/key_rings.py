"""Where the key ring may lie: a file, a setting, or a folder as Kubernetes mounts a secret. No error quotes it."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from auth_service.domain.key_ring import KeyRing

FORM = '{"active": kid, "keys": {kid: base64 of 32 bytes}}'
# The one file of a folder that is no key: it holds the active key's id.
ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class KeyRingFile:
    path: Path

    def read(self) -> KeyRing:
        return _from_json(self.path.read_text(), place=str(self.path))


@dataclass(frozen=True, slots=True)
class KeyRingSetting:
    text: SecretStr
    name: str

    def read(self) -> KeyRing:
        return _from_json(self.text.get_secret_value(), place=self.name)


@dataclass(frozen=True, slots=True)
class KeyRingFolder:
    """A file for each key, named by its id, and one named `active`. Kubernetes' own entries begin with a dot."""

    path: Path

    def read(self) -> KeyRing:
        place = str(self.path)
        texts = {one.name: one.read_text().strip() for one in self.path.iterdir() if not one.name.startswith(".")}
        active = texts.pop(ACTIVE, None)
        if active is None:
            raise ValueError(f"{place} has no file named {ACTIVE!r} with the active key's id")
        return _ring(active, texts, place=place, form="a folder of files with base64 of 32 bytes each")


def _from_json(text: str, *, place: str) -> KeyRing:
    try:
        content = json.loads(text)
        active, texts = str(content["active"]), {str(kid): str(key) for kid, key in content["keys"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{place} is not {FORM}") from None
    return _ring(active, texts, place=place, form=FORM)


def _ring(active: str, texts: Mapping[str, str], *, place: str, form: str) -> KeyRing:
    try:
        keys = {kid: base64.b64decode(key, validate=True) for kid, key in texts.items()}
    except (ValueError, binascii.Error):
        raise ValueError(f"{place} is not {form}") from None
    try:
        return KeyRing(active=active, keys=keys)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
