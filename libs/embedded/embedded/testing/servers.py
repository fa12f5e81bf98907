"""A server for a test run: the one whose address is given, else a container where a Docker engine answers, else ours.

Blocking, for fixtures that are no coroutines.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from embedded import ports, readiness
from embedded.testing import docker


class Source(StrEnum):
    GIVEN = "given"
    CONTAINER = "container"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of server is had. The address is what its clients take."""

    given: str
    """The variable that names one."""
    container: Callable[[], AbstractContextManager[str]]
    embedded: Callable[[Path], AbstractContextManager[str]]
    ready: Callable[[str], Coroutine[None, None, None]]


def source(kind: Kind) -> Source:
    if os.environ.get(kind.given):
        return Source.GIVEN
    return Source.CONTAINER if docker.answers() else Source.EMBEDDED


@contextmanager
def server(kind: Kind, folder: Path) -> Iterator[str]:
    """The address of one server, as `servers`."""
    with servers({"server": kind}, folder) as addresses:
        yield addresses["server"]


@contextmanager
def servers(kinds: Mapping[str, Kind], folder: Path) -> Iterator[Mapping[str, str]]:
    """The addresses of servers that answer, all started before the first is waited for.

    One of ours keeps its data below `folder` under its name, and its log beside that.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        running = {name: stack.enter_context(_running(kind, folder / name)) for name, kind in kinds.items()}
        asyncio.run(_ready([kind.ready(running[name]) for name, kind in kinds.items() if not _is_given(kind)]))
        yield running


def _is_given(kind: Kind) -> bool:
    return source(kind) is Source.GIVEN


def _running(kind: Kind, folder: Path) -> AbstractContextManager[str]:
    match source(kind):
        case Source.GIVEN:
            return nullcontext(os.environ[kind.given])
        case Source.CONTAINER:
            return kind.container()
        case Source.EMBEDDED:
            return kind.embedded(folder)


async def _ready(waits: Sequence[Coroutine[None, None, None]]) -> None:
    await asyncio.gather(*waits)


@contextmanager
def _process(module: str, address: str, names: Mapping[str, str], folder: Path) -> Iterator[str]:
    """`names`: the option for each port; the first one's is in the address."""
    chosen = ports.choose(dict.fromkeys(names, 0))
    options = [text for name, option in names.items() for text in (option, str(chosen[name]))]
    line = [sys.executable, "-m", module, "--data", str(folder), *options]
    with folder.with_suffix(".log").open("ab") as log:
        process = subprocess.Popen(line, stdout=log, stderr=log)  # noqa: S603 - a module of ours
        try:
            yield address.format(port=chosen[next(iter(names))])
        finally:
            process.terminate()
            process.wait(60)


# testcontainers is of the development group, so it is imported where a container is wanted.


@contextmanager
def _kafka_container() -> Iterator[str]:
    from testcontainers.community.kafka import KafkaContainer  # noqa: PLC0415

    with KafkaContainer().with_kraft() as container:
        yield str(container.get_bootstrap_server())


@contextmanager
def _mongo_container() -> Iterator[str]:
    from testcontainers.community.mongodb import MongoDbContainer  # noqa: PLC0415

    with MongoDbContainer("mongo:7.0") as container:
        yield f"{container.get_connection_url()}/?directConnection=true&retryWrites=false"


@contextmanager
def _clickhouse_container() -> Iterator[str]:
    from testcontainers.community.clickhouse import ClickHouseContainer  # noqa: PLC0415

    # Its usual user, who needs no password.
    with ClickHouseContainer().with_env("CLICKHOUSE_SKIP_USER_SETUP", "1") as container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(8123)}"


KAFKA = Kind(
    given="TOA_TEST_KAFKA_BOOTSTRAP",
    container=_kafka_container,
    embedded=partial(
        _process, "embedded.kafka", "127.0.0.1:{port}", {"kafka": "--port", "controller": "--controller-port"}
    ),
    ready=readiness.kafka,
)
MONGO = Kind(
    given="TOA_TEST_MONGO_URL",
    container=_mongo_container,
    embedded=partial(
        _process,
        "embedded.mongo",
        "mongodb://127.0.0.1:{port}/?directConnection=true&retryWrites=false",
        {"mongo": "--port"},
    ),
    ready=readiness.mongo,
)
CLICKHOUSE = Kind(
    given="TOA_TEST_CLICKHOUSE_URL",
    container=_clickhouse_container,
    embedded=partial(_process, "embedded.clickhouse", "http://127.0.0.1:{port}", {"clickhouse": "--port"}),
    ready=readiness.clickhouse,
)
