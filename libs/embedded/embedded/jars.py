"""The Java parts: every jar is used only when its SHA-256 is the one that `jars.lock` says.

`python -m embedded.jars lock` resolves them anew; `python -m embedded.jars fetch` fills the cache.
"""

import argparse
import hashlib
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded import cache
from embedded.errors import EmbeddedError

LOCK_FILE = Path(__file__).with_name("jars.lock")

# What each part asks for; everything else in the lock follows from these.
ROOTS: Mapping[str, tuple[str, ...]] = {
    "kafka": ("org.apache.kafka:kafka_2.13:4.1.1", "org.slf4j:slf4j-simple:1.7.36"),
    "mongo": ("de.bwaldvogel:mongo-java-server-h2-backend:1.47.0",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """One line of the lock; `coordinate` is group:artifact:version, `size` is in bytes."""

    part: str
    coordinate: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def locked(lock_file: Path = LOCK_FILE) -> tuple[Jar, ...]:
    """Every jar of the lock, in class path order."""
    parts = tomllib.loads(lock_file.read_text())
    return tuple(
        Jar(part=part, coordinate=coordinate, size=entry["bytes"], sha256=entry["sha256"])
        for part, jars in parts.items()
        for coordinate, entry in jars.items()
    )


def default_folder() -> Path:
    return cache.folder() / "jars"


def paths(part: str, *, folder: Path | None = None) -> list[Path]:
    """The verified class path of a part; what is missing or damaged in the cache is fetched first."""
    folder = folder or default_folder()
    wanted = [jar for jar in locked() if jar.part == part]
    ensure(wanted, folder=folder)
    return [folder / jar.filename for jar in wanted]


def ensure(wanted: Sequence[Jar], *, folder: Path) -> int:
    """Put every wanted jar into `folder` and return how many bytes were downloaded for it."""
    missing = [jar for jar in wanted if not is_intact(jar, folder)]
    if not missing:
        return 0
    # jgo takes 0.8 s to import, which every start of a part would pay for nothing.
    from embedded import jar_downloads  # noqa: PLC0415

    return jar_downloads.fetch(missing, folder=folder)


def is_intact(jar: Jar, folder: Path) -> bool:
    """Whether the cached file is byte for byte the locked one. Hashing all of them takes 0.1 s."""
    path = folder / jar.filename
    return path.is_file() and path.stat().st_size == jar.size and sha256_of(path) == jar.sha256


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded.jars", description=__doc__)
    parser.add_argument("command", choices=("lock", "fetch"))
    try:
        _COMMANDS[parser.parse_args().command]()
    except EmbeddedError as error:
        sys.exit(str(error))


def _lock() -> None:
    from embedded import jar_downloads  # noqa: PLC0415 - as in ensure

    jar_downloads.write_lock(ROOTS, LOCK_FILE)


def _fetch() -> None:
    ensure(locked(), folder=default_folder())


_COMMANDS = {"lock": _lock, "fetch": _fetch}

if __name__ == "__main__":
    main()
