"""The page in a real Chromium: `page.spec.mjs` tells the story, this starts it and passes or fails with it."""

import os
from pathlib import Path
from typing import Protocol

from .nodejs import run

STORY_SECONDS = 600


class System(Protocol):
    """A running system, as the fixture `system` gives it."""

    @property
    def web(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def password(self) -> str: ...


def test_page(node: str, system: System, tmp_path: Path) -> None:
    shots = Path(os.environ.get("TOA_BROWSER_OUT", tmp_path))
    target = {
        "TOA_BROWSER_WEB": system.web,
        "TOA_BROWSER_EMAIL": system.email,
        "TOA_BROWSER_PASSWORD": system.password,
        "TOA_BROWSER_OUT": str(shots),
    }
    run(node, "--test-reporter=spec", "page.spec.mjs", seconds=STORY_SECONDS, environment=target)
    assert (shots / "dashboard.png").stat().st_size > 0
