"""The page in a real Chromium: `….spec.mjs` tell the stories, this starts them and passes or fails with them."""

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
    def mailbox(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def password(self) -> str: ...


def test_account(node: str, system: System, tmp_path: Path) -> None:
    target = {
        "TOA_BROWSER_WEB": system.web,
        "TOA_BROWSER_MAILBOX": system.mailbox,
        "TOA_BROWSER_EMAIL": system.email,
        "TOA_BROWSER_PASSWORD": system.password,
        "TOA_BROWSER_OUT": os.environ.get("TOA_BROWSER_OUT", str(tmp_path)),
    }
    run(node, "--test-reporter=spec", "account.spec.mjs", seconds=STORY_SECONDS, environment=target)


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
