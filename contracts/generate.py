"""Writes what is derived from the code: JSON Schemas of the events, the catalog, the OpenAPI of the HTTP services, and
the reference pages.

`--check` writes nothing and fails when a file is not current.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from common.catalog import catalog
from common.catalog.export import exported
from common.catalog.reference import fields_page, metrics_page, widgets_page
from common.events import (
    AccessV1,
    AccountV1,
    CollectionStatusV1,
    Event,
    PostSnapshotV1,
    ProfileSnapshotV1,
    RollupsUpdatedV1,
)
from common.warehouse.migrate import migrations
from common.warehouse.reference import tables_page

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "docs" / "reference"
EVENTS: tuple[type[Event], ...] = (
    AccountV1,
    PostSnapshotV1,
    ProfileSnapshotV1,
    CollectionStatusV1,
    RollupsUpdatedV1,
    AccessV1,
)
OPENAPI = {"query-api": "query_api.openapi", "auth-service": "auth_service.openapi"}


def files() -> Iterator[tuple[Path, str]]:
    """(path, content) of everything generated."""
    for event in EVENTS:
        name, _, version = event.topic.name.rpartition(".")
        yield HERE / "events" / name / f"{version}.schema.json", _json(_schema(event))
    yield HERE / "catalog.json", _json(exported(catalog()))
    yield from _pages()
    for service, module in OPENAPI.items():
        command = [sys.executable, "-m", module]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - every word is ours
        yield HERE / "openapi" / f"{service}.json", _json(json.loads(done.stdout))


def _pages() -> Iterator[tuple[Path, str]]:
    yield REFERENCE / "metrics.md", metrics_page(catalog())
    yield REFERENCE / "widgets.md", widgets_page(catalog())
    yield REFERENCE / "fields.md", fields_page(catalog())
    yield REFERENCE / "tables.md", tables_page(migrations())


def _schema(event: type[Event]) -> dict[str, object]:
    schema = event.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": event.topic.name, **schema}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [(path, text) for path, text in files() if not path.exists() or path.read_text() != text]
    if check and stale:
        names = ", ".join(str(path.relative_to(HERE.parent)) for path, _ in stale)
        sys.exit(f"error: not current: {names}; run: make generate")
    for path, text in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
