"""Jars by lock: what is damaged, exchanged or half-loaded is never used. jgo itself downloads, from a server here."""

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from embedded import jars, progress
from embedded.errors import CacheError
from embedded.jars import Jar

CONTENT = bytes(range(256)) * 400
THING = Jar(
    part="kafka",
    coordinate="org.example.things:thing:1.0",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
)
THING_PATH = "/org/example/things/thing/1.0/thing-1.0.jar"


@dataclass
class Repository:
    """A Maven repository: `answers` in turn for the jar, the last one for ever; a shorter body breaks off."""

    answers: list[bytes] = field(default_factory=lambda: [CONTENT])
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> bytes | None:
        if path != THING_PATH:
            return None
        self.asked.append(path)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    repository = Repository()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = repository.answer(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(CONTENT) if body is not None else 0))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr("jgo.maven._core.DEFAULT_REMOTE_REPOS", {"central": address})
        yield repository
        server.shutdown()


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_missing_jar_is_fetched_and_its_bytes_are_told(repository: Repository, tmp_path: Path) -> None:
    assert jars.ensure([THING], folder=tmp_path) == len(CONTENT)
    assert _files(tmp_path) == {"thing-1.0.jar": CONTENT}


def test_an_intact_jar_is_not_asked_for_again(repository: Repository, tmp_path: Path) -> None:
    jars.ensure([THING], folder=tmp_path)
    assert jars.ensure([THING], folder=tmp_path) == 0
    assert len(repository.asked) == 1


@pytest.mark.parametrize("damaged", [CONTENT[:-1] + b"!", CONTENT[:1000], b""], ids=["one byte", "cut", "empty"])
def test_a_damaged_jar_is_fetched_anew(repository: Repository, tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / THING.filename).write_bytes(damaged)
    assert jars.ensure([THING], folder=tmp_path) == len(CONTENT)
    assert _files(tmp_path) == {"thing-1.0.jar": CONTENT}


def test_an_exchanged_jar_is_refused_and_not_kept(repository: Repository, tmp_path: Path) -> None:
    repository.answers = [CONTENT[::-1]]
    with pytest.raises(CacheError, match=re.escape(THING.coordinate)) as refused:
        jars.ensure([THING], folder=tmp_path)
    assert THING.sha256 in str(refused.value)
    assert "make lock" in str(refused.value)
    assert _files(tmp_path) == {}


def test_a_download_that_breaks_off_is_tried_again(repository: Repository, tmp_path: Path) -> None:
    repository.answers = [CONTENT[:5_000], CONTENT]
    jars.ensure([THING], folder=tmp_path)
    assert len(repository.asked) == 2
    assert _files(tmp_path) == {"thing-1.0.jar": CONTENT}


def test_without_a_network_it_is_one_line_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("jgo.maven._core.DEFAULT_REMOTE_REPOS", {"central": "http://127.0.0.1:9"})
    with pytest.raises(CacheError) as failed:
        jars.ensure([THING], folder=tmp_path)
    assert str(failed.value) == (
        "org.example.things:thing:1.0 could not be downloaded (ConnectionError, 3 attempts); "
        "check the network and the free disk space, then run `make setup` again"
    )
    assert _files(tmp_path) == {}


def test_the_lock_holds_what_the_parts_ask_for() -> None:
    locked = jars.locked()
    for part, roots in jars.ROOTS.items():
        assert set(roots) <= {jar.coordinate for jar in locked if jar.part == part}
    assert {jar.part for jar in locked} == set(jars.ROOTS)
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) and jar.size > 0 for jar in locked)
    assert len({jar.filename for jar in locked}) == len(locked)


def test_the_lock_names_no_address() -> None:
    assert "://" not in jars.LOCK_FILE.read_text()


def test_without_a_terminal_progress_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown({"kafka": 25_000_000}) as advance:
        for _ in range(25):
            advance("kafka", 1_000_000)
    assert capsys.readouterr().err.splitlines() == [
        "kafka: 10.0 of 25.0 MB",
        "kafka: 20.0 of 25.0 MB",
        "kafka: 25.0 of 25.0 MB",
    ]
