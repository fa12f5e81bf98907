"""Holds the present contracts against every release under `contracts/released`: within an event version nothing may
break (backward and forward, transitive). `release VERSION` keeps the present ones as a release.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common.events.compatibility import Break, breaks

HERE = Path(__file__).parent
KEPT = ("events", "examples", "topics.json")
# A key's place is for ever, and so is what compaction keeps.
FOR_EVER = ("key", "partitions", "cleanup")


def broken(contracts: Path) -> Iterator[str]:
    """A line for each break of the contracts below this folder."""
    for release in sorted((contracts / "released").iterdir()):
        for topic, found in _between(release, contracts):
            yield f"{topic} breaks release {release.name}: {found}"


def _between(release: Path, contracts: Path) -> Iterator[tuple[str, Break]]:
    cards = _read(contracts / "topics.json")
    for topic, card in _read(release / "topics.json").items():
        if topic not in cards:
            yield topic, Break("the topic", "was removed: a topic of a release is served until nobody reads it")
            continue
        yield from ((topic, found) for found in _of_topic(card, cards[topic]))
        schema = f"events/{card['schema']}"
        yield from ((topic, found) for found in breaks(_read(release / schema), _read(contracts / schema)))


def _of_topic(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Break]:
    for name in FOR_EVER:
        if old[name] != new[name]:
            yield Break(
                "the topic", f"{name} was {old[name]}, is {new[name]}: records of a key would not stay together"
            )
    if old["retention_ms"] < 0 <= new["retention_ms"] or 0 <= new["retention_ms"] < old["retention_ms"]:
        yield Break("the topic", f"retention_ms was {old['retention_ms']}, is {new['retention_ms']}: it promised more")
    for found in breaks(old["headers"], new["headers"]):
        yield Break(f"header {found.place}", found.reason)


def keep(contracts: Path, version: str) -> Path:
    """Copy the present contracts to a release of their own, which nobody changes any more."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        sys.exit(f"error: {version!r} is not a version like 1.2.3")
    release = contracts / "released" / version
    if release.exists():
        sys.exit(f"error: {version} was released already; a release is not changed")
    release.mkdir(parents=True)
    for name in KEPT:
        source = contracts / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, release / name)
    return release


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contracts", type=Path, default=HERE)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("release").add_argument("version")
    given = parser.parse_args()
    if lines := list(broken(given.contracts)):
        sys.exit("\n".join([*(f"error: {line}" for line in lines), "a break needs a new version and a new topic"]))
    if given.command == "release":
        sys.stdout.write(f"kept as {keep(given.contracts, given.version)}\n")


if __name__ == "__main__":
    main()
