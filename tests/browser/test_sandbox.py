"""The sandbox's own page in a real Chromium: `sandbox.spec.mjs` plays the account holder."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from embedded import ports, readiness

from .nodejs import run

STORY_SECONDS = 300


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a sandbox of its own."""
    chosen = ports.choose({"sandbox": 0, "sandbox.health": 0})
    own = {"TOA_HTTP_PORT": str(chosen["sandbox"]), "TOA_HEALTH_PORT": str(chosen["sandbox.health"])}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "alone",
        cwd=tmp_path,
        env={**os.environ, **own, "TOA_SANDBOX_MORE_ACCOUNTS": "1000"},
    )
    try:
        await readiness.http(f"http://127.0.0.1:{chosen['sandbox.health']}/readyz")
        yield f"http://127.0.0.1:{chosen['sandbox']}/"
    finally:
        process.kill()
        await process.wait()


def test_the_sandbox_page(node: str, sandbox: str, tmp_path: Path) -> None:
    shots = Path(os.environ.get("TOA_BROWSER_OUT", tmp_path))
    target = {"TOA_BROWSER_SANDBOX": sandbox, "TOA_BROWSER_OUT": str(shots)}
    run(node, "--test-reporter=spec", "sandbox.spec.mjs", seconds=STORY_SECONDS, environment=target)
    assert (shots / "sandbox-narrow.png").stat().st_size > 0
