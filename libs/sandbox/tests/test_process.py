"""`python -m sandbox` over a real socket: health, headers, and a state that outlives kill -9."""

import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from sandbox.adapters.answer_log import FileAnswerLog

READY_SECONDS = 120.0
REDIRECT = "http://127.0.0.1:9/back/"
APP = {"client_id": "7123", "client_secret": "not-a-real-secret"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def sandbox(state: Path, clock_file: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    port, health_port = free_port(), free_port()
    environment = {
        **os.environ,
        "TOA_HTTP_PORT": str(port),
        "TOA_HEALTH_PORT": str(health_port),
        "TOA_CLOCK_FILE": str(clock_file),
        "TOA_SANDBOX_SEED": "7",
        "TOA_SANDBOX_STATE_DIR": str(state),
        "TOA_TIKTOK_APP_ID": APP["client_id"],
        "TOA_TIKTOK_APP_SECRET": APP["client_secret"],
        "TOA_TIKTOK_CLIENT_KEY": "key-1",
    }
    process = subprocess.Popen([sys.executable, "-m", "sandbox"], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_ready(f"http://127.0.0.1:{health_port}/readyz", process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            yield process, client
    finally:
        process.kill()
        process.wait()


def wait_ready(address: str, process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"the sandbox did not become ready at {address}; exit code {process.poll()}")


def consent(client: httpx.Client) -> str:
    open_id = client.get("/_sandbox/accounts").json()["accounts"][0]["open_id"]
    form = {
        "client_key": "key-1",
        "redirect_uri": REDIRECT,
        "account": open_id,
        "decision": "allow",
        "scopes": ["user.info.basic"],
    }
    reply = client.post("/v2/auth/authorize", data=form)
    return httpx.URL(reply.headers["location"]).params["code"]


def exchange(client: httpx.Client, code: str) -> httpx.Response:
    body = {**APP, "grant_type": "authorization_code", "auth_code": code, "redirect_uri": REDIRECT}
    return client.post("/open_api/v1.3/tt_user/oauth2/token/", json=body)


def test_grants_codes_and_the_log_survive_a_kill(tmp_path: Path, clock_file: Path) -> None:
    with sandbox(tmp_path / "state", clock_file) as (process, client):
        used, unused = consent(client), consent(client)
        token = exchange(client, used).json()["data"]
        asked = {"business_id": token["open_id"]}
        headers = {"Access-Token": token["access_token"]}
        first = client.get("/open_api/v1.3/business/get/", params=asked, headers=headers)
        assert first.json()["code"] == 0
        assert first.headers["date"]
        assert first.headers["x-tt-logid"] == first.json()["request_id"]
        process.kill()
        process.wait()
    with sandbox(tmp_path / "state", clock_file) as (process, client):
        second = client.get("/open_api/v1.3/business/get/", params=asked, headers=headers)
        assert second.json()["data"]["display_name"] == first.json()["data"]["display_name"]
        assert exchange(client, used).json()["code"] == 40110
        assert exchange(client, unused).json()["code"] == 0
        entries = client.get("/_sandbox/log").json()["entries"]
        figures = [entry["body"] for entry in entries if entry["path"].endswith("/business/get/")]
        assert figures == [first.json(), second.json()]
        process.terminate()
        assert process.wait(60) == 0


def test_a_webhook_is_called_by_the_process(tmp_path: Path, clock_file: Path) -> None:
    with sandbox(tmp_path / "state", clock_file) as (process, client), hook() as (address, heard):
        asked = {"app_id": "7123", "secret": APP["client_secret"], "event_type": "DEFAULT", "callback_url": address}
        assert client.post("/open_api/v1.3/business/webhook/update/", json=asked).json()["code"] == 0
        token = exchange(client, consent(client)).json()["data"]
        client.post("/_sandbox/revoke", json={"open_id": token["open_id"]})
        assert json.loads(heard.get(timeout=READY_SECONDS))["user_openid"] == token["open_id"]
        process.terminate()
        assert process.wait(60) == 0


@contextmanager
def hook() -> Iterator[tuple[str, "queue.Queue[bytes]"]]:
    """An address that answers 200, and what it heard."""
    heard: queue.Queue[bytes] = queue.Queue()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Into no one's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
        server.shutdown()


def test_alone_it_needs_no_settings_and_says_a_line_that_works(tmp_path: Path) -> None:
    ports = {"TOA_HTTP_PORT": str(free_port()), "TOA_HEALTH_PORT": str(free_port())}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOA_")}
    command = [sys.executable, "-m", "sandbox", "alone"]
    with subprocess.Popen(command, cwd=tmp_path, env={**kept, **ports}, stdout=subprocess.PIPE, text=True) as process:
        try:
            wait_ready(f"http://127.0.0.1:{ports['TOA_HEALTH_PORT']}/readyz", process)
            assert process.stdout is not None
            greeting = "".join(process.stdout.readline() for _ in range(3))
            page, tried = re.findall(r"http://[^\s\"]+", greeting)
            assert "A local TikTok" in httpx.get(page).text
            assert len(httpx.get(tried).json()["accounts"]) == 4
            assert httpx.get(f"{page}_sandbox/clock").json()["movable"] is True
            process.terminate()
            assert process.wait(60) == 0
        finally:
            process.kill()


def test_a_line_cut_short_by_a_kill_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": 2}\n{"n": 3, "bo')
    log = FileAnswerLog(path)
    assert log.last() == 2
    assert list(log.lines(after=0, until=9)) == [b'{"n": 1}', b'{"n": 2}']
    log.close()
    assert path.read_bytes() == b'{"n": 1}\n{"n": 2}\n'
