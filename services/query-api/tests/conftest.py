"""The service as it runs: its own process, in front of a real Kafka, MongoDB protocol server and ClickHouse."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

from common.bus.admin import apply_topics
from common.runtime.clock import set_clock
from common.warehouse.migrate import migrate
from embedded import ports, readiness
from embedded.testing.servers import CLICKHOUSE, KAFKA, MONGO, servers

from .system import KEY_ID, NOW, ORIGIN, Api, Heart, Platform, Signer, Tenant

# The machine may be busy with other tests.
STARTING_SECONDS = 180.0


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    with servers({"kafka": KAFKA, "mongo": MONGO, "clickhouse": CLICKHOUSE}, folder) as addresses:
        made = Platform(folder=folder, **addresses)
        asyncio.run(_prepared(made))
        yield made


async def _prepared(platform: Platform) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(apply_topics(platform.kafka))
        tasks.create_task(migrate(platform.clickhouse, database="toa"))


@contextmanager
def _process(
    module: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> "Iterator[subprocess.Popen[bytes]]":
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], stdout=output, stderr=output, env={**os.environ, **(environment or {})}
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def heart(platform: Platform) -> Iterator[Heart]:
    with Heart(platform.kafka) as beating:
        yield beating


@pytest.fixture(scope="session")
def signer() -> Iterator[Signer]:
    key = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(ECAlgorithm.to_jwk(key.public_key())) | {"kid": KEY_ID, "use": "sig", "alg": "ES256"}
    body = json.dumps({"keys": [public]}).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the tests' output is for the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield Signer(jwks_url=f"http://127.0.0.1:{server.server_port}/jwks.json", key=key)
        server.shutdown()
        serving.join()


@pytest.fixture(scope="session")
def service_key_file(platform: Platform) -> Path:
    path = platform.folder / "service-key.pem"
    path.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture(scope="session")
def new_api(platform: Platform, heart: Heart, signer: Signer, service_key_file: Path) -> Iterator[Callable[..., Api]]:
    """Starts a further process of the service, with changed settings."""
    clock = platform.folder / "clock.json"
    set_clock(clock, now=NOW, rate=1e-6)
    with ExitStack() as running:

        def start(changed: Mapping[str, str]) -> Api:
            free = ports.choose({"http": 0, "health": 0})
            environment = {
                "TOA_HTTP_PORT": str(free["http"]),
                "TOA_HEALTH_PORT": str(free["health"]),
                "TOA_KAFKA_BOOTSTRAP": platform.kafka,
                "TOA_MONGO_URL": platform.mongo,
                "TOA_CLICKHOUSE_URL": platform.clickhouse,
                "TOA_CLOCK_FILE": str(clock),
                "TOA_PUBLIC_URL": ORIGIN,
                "TOA_JWKS_URL": signer.jwks_url,
                # Nobody listens: that the use of keys cannot be told keeps nobody out.
                "TOA_AUTH_INTERNAL_URL": "http://127.0.0.1:9",
                "TOA_SERVICE_KEY_FILE": str(service_key_file),
                # Tests put rows into the warehouse without the aggregator's word that would end a kept answer.
                "TOA_ANSWERS_MEGABYTES": "0",
                # Thousands of events, which the tests of the sample ask for themselves.
                "TOA_SAMPLE_ACCOUNT": "false",
                "TOA_EXPORT_URL": (platform.folder / "exports").as_uri(),
                **changed,
            }
            log = platform.folder / f"query-api-{free['http']}.log"
            process = running.enter_context(_process(["query_api"], log, environment))
            url, health = f"http://127.0.0.1:{free['http']}", f"http://127.0.0.1:{free['health']}"
            asyncio.run(readiness.http(f"{health}/readyz", STARTING_SECONDS))
            return Api(url=url, health=health, process=process, log=log)

        yield start


@pytest.fixture(scope="session")
def web(platform: Platform) -> Path:
    """A built page."""
    folder = platform.folder / "web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>page</title>")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "main-abc123.js").write_text("1")
    (platform.folder / "secret.txt").write_text("not for the world")
    return folder


@pytest.fixture(scope="session")
def api(new_api: Callable[..., Api], web: Path) -> Api:
    return new_api({"TOA_WEB_DIR": str(web), "TOA_IMAGE_SOURCES": "http://127.0.0.1:*"})


@pytest.fixture(scope="session")
def limited(new_api: Callable[..., Api]) -> Api:
    """A process with little patience, small exports and no page."""
    return new_api({"TOA_EXPORT_ROWS": "150000", "TOA_QUERY_SECONDS": "0.001", "TOA_LABEL_RULES": "false"})


@pytest.fixture(scope="session")
def keeping(new_api: Callable[..., Api]) -> Api:
    """A process that keeps answers, as it does unless told otherwise; a key may listen twice, and ask without end."""
    return new_api({"TOA_ANSWERS_MEGABYTES": "64", "TOA_CHANGE_STREAMS": "2", "TOA_RATE_LIMIT": "1000000"})


@pytest.fixture
def new_tenant(platform: Platform, api: Api) -> Callable[[], Tenant]:
    return lambda: Tenant(platform=platform, url=api.url)


@pytest.fixture
def tenant(new_tenant: Callable[[], Tenant]) -> Tenant:
    """A workspace with a key and no account yet."""
    made = new_tenant()
    made.publish_key()
    return made
