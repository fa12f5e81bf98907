"""A part's data folder: made if missing, with room on its disk, and used by one process at a time."""

import fcntl
import os
import shutil
from pathlib import Path

from embedded.errors import DataFolderError

# Below this a part would stop in the middle of its work, in bytes.
LEAST_FREE_BYTES = 300_000_000


def claim(folder: Path, *, part: str) -> int:
    """Lock `folder` for this process until it ends, whatever ends it. Returns the descriptor that holds the lock."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _require_space(folder, part=part)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DataFolderError(
            f"{part} cannot use its data folder {folder}: {error.strerror}; make it writable, or choose another one"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise DataFolderError(
            f"{part} is running already on {folder}; stop that one first (`make stop`), or choose another folder"
        ) from error
    return descriptor


def _require_space(folder: Path, *, part: str) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise DataFolderError(
            f"{part} has only {free / 1e6:.0f} MB of disk left for {folder}; "
            f"free at least {LEAST_FREE_BYTES / 1e6:.0f} MB"
        )
