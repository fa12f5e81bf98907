"""`python -m embedded.kafka`: becomes a real Apache Kafka, one node, on a data folder that outlives it."""

import argparse
import os
import sys
from pathlib import Path

from embedded import data_folder, kafka_node, ports
from embedded.errors import EmbeddedError


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded.kafka", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--controller-port", type=int, required=True)
    arguments = parser.parse_args()
    folder = arguments.data.resolve()
    try:
        _become(kafka_node.Node(folder=folder, port=arguments.port, controller_port=arguments.controller_port))
    except EmbeddedError as error:
        sys.exit(str(error))


def _become(node: kafka_node.Node) -> None:
    claim = data_folder.claim(node.folder, part="kafka")
    for port in (node.port, node.controller_port):
        ports.require_free(port, part="kafka")
    kafka_node.prepare(node)
    line = kafka_node.command(node, options=kafka_node.startup_options())
    os.set_inheritable(claim, True)
    # The same process, so that whoever watches this pid watches Kafka; the claim of the folder goes with it.
    os.execv(line[0], line)  # noqa: S606 - no shell wanted, every argument is ours


if __name__ == "__main__":
    main()
