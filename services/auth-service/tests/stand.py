"""The real Mongo and Kafka for a test run, its keys, two clocks that stand still until moved, and the stores."""

import asyncio
import json
import os
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from auth_service import bootstrap
from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.token_cipher import TokenCipher, read_key_ring
from auth_service.domain.errors import StoreUnavailable
from common.bus.admin import apply_topics
from common.documents import store
from common.runtime.clock import FileClock, set_clock
from embedded.testing.servers import KAFKA, MONGO, server

START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
# Slow enough that a whole test takes less than a millisecond of it.
STILL = 1e-7


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(MONGO, tmp_path_factory.mktemp("mongo")) as url:
        yield url


@pytest.fixture(scope="session")
def mongo_url(mongo_server: str) -> str:
    """Where the stores are; a module may put something between."""
    return mongo_server


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(KAFKA, tmp_path_factory.mktemp("kafka")) as bootstrap_server:
        asyncio.run(apply_topics(bootstrap_server))
        yield bootstrap_server


@pytest.fixture(scope="session")
def key_ring_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "token-keys.json"
    keys = {"k1": b64encode(os.urandom(32)).decode(), "k2": b64encode(os.urandom(32)).decode()}
    path.write_text(json.dumps({"active": "k2", "keys": keys}))
    return path


@pytest.fixture(scope="session")
def session_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "session.pem"
    key = generate_private_key(SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture(scope="session")
def service_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="session")
def service_public_key(service_key: Ed25519PrivateKey) -> str:
    return service_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture
def domain_file(tmp_path: Path) -> Path:
    """Move it with `jump_clock`."""
    path = tmp_path / "domain.json"
    set_clock(path, now=START, rate=STILL)
    return path


@pytest.fixture
def wall_file(tmp_path: Path) -> Path:
    path = tmp_path / "wall.json"
    set_clock(path, now=datetime.now(UTC), rate=STILL)
    return path


@pytest.fixture
def domain(domain_file: Path) -> FileClock:
    return FileClock(domain_file)


@pytest.fixture
def wall(wall_file: Path) -> FileClock:
    return FileClock(wall_file)


@pytest.fixture
def database_name() -> str:
    return f"auth_{uuid4().hex}"


@pytest.fixture
async def database(mongo_url: str, database_name: str) -> AsyncIterator[store.Database]:
    async with store.opened(mongo_url, database_name, failed=StoreUnavailable) as opened:
        yield opened


@pytest.fixture
async def stores(database: store.Database, key_ring_file: Path) -> bootstrap.Stores:
    await make_indexes(database)
    return bootstrap.stores(database, TokenCipher(read_key_ring(key_ring_file)), lambda: None)
