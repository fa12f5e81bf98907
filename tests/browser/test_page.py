"""The page in a real Chromium: `*.spec.mjs` tell the stories, this starts them and passes or fails with them."""

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


def test_page(node: str, system: System, tmp_path: Path) -> None:
    shots = story(node, "page.spec.mjs", system, tmp_path)
    assert (shots / "dashboard.png").stat().st_size > 0


def test_people(node: str, system: System, tmp_path: Path) -> None:
    shots = story(node, "people.spec.mjs", system, tmp_path)
    assert (shots / "members.png").stat().st_size > 0


def test_account(node: str, system: System, tmp_path: Path) -> None:
    shots = story(node, "account.spec.mjs", system, tmp_path)
    assert (shots / "security.png").stat().st_size > 0


# Last: it erases the workspace of them all.
def test_erasing(node: str, system: System, tmp_path: Path) -> None:
    shots = story(node, "erasing.spec.mjs", system, tmp_path)
    assert (shots / "receipts.png").stat().st_size > 0


def story(node: str, name: str, system: System, folder: Path) -> Path:
    """Where its pictures are."""
    shots = Path(os.environ.get("TOA_BROWSER_OUT", folder))
    target = {
        "TOA_BROWSER_WEB": system.web,
        "TOA_BROWSER_MAILBOX": system.mailbox,
        "TOA_BROWSER_EMAIL": system.email,
        "TOA_BROWSER_PASSWORD": system.password,
        "TOA_BROWSER_OUT": str(shots),
    }
    run(node, "--test-reporter=spec", name, seconds=STORY_SECONDS, environment=target)
    return shots
