"""Builds the page with npm when its sources changed since the last build."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from embedded.cache import REPOSITORY
from embedded.errors import EmbeddedError

WEB = REPOSITORY / "web"
# What the built page depends on.
SOURCES = (
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "vite.config.ts",
    "tsconfig.json",
)


class WebBuildFailed(EmbeddedError):
    """The page could not be built."""


def ensure() -> bool:
    """Build the page unless the present build is of these sources; returns whether it was built."""
    stamp, fingerprint = WEB / "dist" / ".sources", _fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    npm = _npm()
    if not _installed():
        _run(npm, "ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
    _run(npm, "run", "--silent", "build")
    stamp.write_text(fingerprint)
    return True


def _installed() -> bool:
    """Whether npm has installed since its lock was written; it leaves a copy of what it installed."""
    done, wanted = WEB / "node_modules" / ".package-lock.json", WEB / "package-lock.json"
    return done.exists() and done.stat().st_mtime >= wanted.stat().st_mtime


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for file in sorted(file for name in SOURCES for file in _files(WEB / name)):
        digest.update(f"{file.relative_to(WEB)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path] * path.exists()


def _npm() -> str:
    npm = shutil.which("npm", path=_search_path())
    if npm is None:
        raise WebBuildFailed("the page needs Node.js 20.19 or later to be built; run `make setup`, which brings one")
    return npm


def _search_path() -> str:
    """PATH, then the folder of this Python, where the wheel with Node.js puts its commands."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)))


def _run(*command: str) -> None:
    done = subprocess.run(  # noqa: S603 - every argument is ours
        command, cwd=WEB, env={**os.environ, "PATH": _search_path()}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = " | ".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise WebBuildFailed(f"{' '.join(command[1:])} in web/ failed: {tail}")
