"""Two versions side by side, seen from the readers: ours read every release's events, a release's reads ours."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from common.events import decode
from common.events.contracts import EVENTS, folder_of
from common.events.envelope import Event

from .conftest import CONTRACTS, examples, schema_at

RELEASES = sorted(path for path in (CONTRACTS / "released").iterdir())


def released() -> Iterator[tuple[Path, type[Event], Path]]:
    for release in RELEASES:
        for event in EVENTS:
            for path in sorted((release / "examples" / folder_of(event.topic)).glob("*.json")):
                yield release, event, path


def readers(event: type[Event]) -> Iterator[jsonschema_rs.Draft202012Validator]:
    """A partner's check of each release that has the event."""
    for release in RELEASES:
        if (release / "events" / f"{folder_of(event.topic)}.schema.json").exists():
            yield jsonschema_rs.Draft202012Validator(schema_at(release, event), validate_formats=True)


def has_all(written: Any, value: Any) -> bool:
    """Whether everything of `value` is in `written`, however deep; more may be there."""
    if isinstance(value, dict):
        return all(name in written and has_all(written[name], part) for name, part in value.items())
    if isinstance(value, list):
        return len(written) == len(value) and all(map(has_all, written, value))
    return bool(written == value)


def with_more(value: Any) -> Any:
    """The same with an optional field added to every object."""
    if isinstance(value, dict):
        return {**{name: with_more(part) for name, part in value.items()}, "added_later": [1, {"x": None}]}
    return [with_more(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("release", "event", "path"), list(released()), ids=lambda one: getattr(one, "stem", None))
def test_our_reader_loses_nothing_of_a_releases_event(release: Path, event: type[Event], path: Path) -> None:
    value = json.loads(path.read_text())
    written = json.loads(decode(event, path.read_bytes(), strict=True).model_dump_json())
    assert has_all(written, value)


@pytest.mark.parametrize(("event", "path"), examples(), ids=lambda one: getattr(one, "stem", None))
def test_a_releases_reader_takes_what_we_write_and_what_the_next_minor_version_adds(
    event: type[Event], path: Path
) -> None:
    written = decode(event, path.read_bytes()).model_dump_json()
    checked = 0
    for reader in readers(event):
        reader.validate(json.loads(written))
        reader.validate({**json.loads(written), "added_later": [1, {"x": None}]})
        checked += 1
    assert checked


@pytest.mark.parametrize(("event", "path"), examples(), ids=lambda one: getattr(one, "stem", None))
def test_our_reader_passes_over_what_a_newer_version_adds_to_any_object(event: type[Event], path: Path) -> None:
    if event.topic.name.endswith("snapshots.v1"):
        # Items of TikTok's lists have parts of one kind; a new part of an item is a text or a number.
        newer = {**json.loads(path.read_text()), "added_later": [1, {"x": None}]}
    else:
        newer = with_more(json.loads(path.read_text()))
    assert decode(event, json.dumps(newer).encode(), strict=True) == decode(event, path.read_bytes(), strict=True)
