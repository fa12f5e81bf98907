"""The documents are a site: it builds, shows the events, fetches nothing from elsewhere, and a broken link fails."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import CONTRACTS, ROOT

FETCHED = re.compile(r"""<(?:script|link|img)[^>]+(?:src|href)=["']?(https?:[^"'> ]+)""")


def build(root: Path, site: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT, folder)
    assert built.returncode == 0, built.stderr
    return folder


def test_the_page_of_the_events_shows_the_document(site: Path) -> None:
    assert '<asyncapi-viewer id="asyncapi-viewer-1" src="asyncapi.yaml"' in (site / "reference/events.html").read_text()
    assert (site / "reference/asyncapi.yaml").read_text() == (CONTRACTS / "asyncapi.yaml").read_text()
    assert list(site.rglob("asyncapi-viewer*.js"))


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    fetched = {url for page in pages for url in FETCHED.findall(page.read_text()) if "canonical" not in url}
    assert fetched == set()


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "contracts").mkdir()
    for name in ("docs_hook.py", "asyncapi.yaml"):
        shutil.copy(CONTRACTS / name, tmp_path / "contracts")
    page = tmp_path / "docs" / "how-to" / "consume-events.md"
    page.write_text(page.read_text().replace("../reference/topics.md", "../reference/tropics.md", 1))
    built = build(tmp_path, tmp_path / "site")
    assert built.returncode != 0
    assert "tropics.md" in built.stderr + built.stdout
