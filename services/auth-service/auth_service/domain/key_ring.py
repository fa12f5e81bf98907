"""The key-encryption keys that all sealing begins with, by their ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """What is new is sealed with `active`; the other keys open what is older. Raises `ValueError`, quoting no key."""

    active: str
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if self.active not in self.keys or any(len(key) != KEY_BYTES for key in self.keys.values()):
            raise ValueError(f"the active key must be among the keys, and each key must have {KEY_BYTES} bytes")
        if any("." in kid for kid in self.keys):
            raise ValueError("a key's id has no dot")
