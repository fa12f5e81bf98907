"""The ring of session keys in its file: a new key is shown everywhere before it signs, an old one after it signed."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from auth_service.adapters.access_tokens import Ring, key_name, read_session_keys, written_keys

Step = Callable[[Ring], Ring]


def _announced(ring: Ring) -> Ring:
    return [*ring, generate_private_key(SECP256R1())]


def _promoted(ring: Ring) -> Ring:
    if len(ring) == 1:
        raise ValueError("there is no announced key to promote; announce one first")
    return [ring[-1], *ring[:-1]]


def _retired(ring: Ring) -> Ring:
    return ring[:1]


STEPS: Mapping[str, Step] = {"announce": _announced, "promote": _promoted, "retire": _retired}


def rewrite(path: Path, step: Step) -> Sequence[str]:
    """Replace the file as a whole; the names of the keys that are on it now."""
    ring = step(read_session_keys(path))
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(written_keys(ring))
    draft.replace(path)
    return [key_name(key) for key in ring]
