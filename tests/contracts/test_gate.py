"""The gate: what breaks within a version is refused with its reason, what is only added is let through."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.events.compatibility import breaks
from common.events.contracts import EVENTS

from .conftest import CONTRACTS, schema_at

Change = Callable[[dict[str, Any]], Any]

BASE: dict[str, Any] = {
    "$defs": {
        "Source": {"enum": ["api", "studio_csv"], "type": "string", "title": "Source"},
        "Pause": {"type": "object", "properties": {"kind": {"const": "pause", "type": "string"}}},
        "Backfill": {
            "type": "object",
            "properties": {"kind": {"const": "backfill", "type": "string"}, "from_day": {"type": "string"}},
            "required": ["from_day"],
        },
    },
    "type": "object",
    "properties": {
        "post_id": {"type": "string"},
        "likes": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}], "default": None},
        "share": {"type": "number", "maximum": 1},
        "source": {"$ref": "#/$defs/Source", "default": "api"},
        "labels": {"type": "array", "items": {"type": "string", "format": "uuid"}},
        "action": {"oneOf": [{"$ref": "#/$defs/Pause"}, {"$ref": "#/$defs/Backfill"}]},
        "values": {"type": "object", "properties": {}, "additionalProperties": True},
        "closed": {"type": "object", "properties": {}, "additionalProperties": False},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
    "required": ["post_id", "share"],
}


def prop(schema: dict[str, Any], name: str) -> dict[str, Any]:
    inside: dict[str, Any] = schema["properties"][name]
    return inside


BREAKING: dict[str, tuple[Change, str]] = {
    "a field removed": (lambda s: s["properties"].pop("labels"), "labels: was removed"),
    "a required field removed": (
        lambda s: (s["properties"].pop("share"), s["required"].remove("share")),
        "share: was removed",
    ),
    "a required field added": (
        lambda s: (s["properties"].update(x={"type": "string"}), s["required"].append("x")),
        "x: is now required",
    ),
    "an optional field made required": (lambda s: s["required"].append("likes"), "likes: is now required"),
    "a required field made optional": (lambda s: s["required"].remove("post_id"), "post_id: may now be absent"),
    "a type changed": (lambda s: prop(s, "post_id").update(type="integer"), "post_id: was string, is integer"),
    "a type narrowed": (lambda s: prop(s, "share").update(type="integer"), "share: was number, is integer"),
    "null no longer allowed": (lambda s: prop(s, "likes")["anyOf"].pop(), "likes: is no longer null"),
    "null allowed": (
        lambda s: s["properties"].update(post_id={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "post_id: may now be null",
    ),
    "a minimum raised": (lambda s: prop(s, "likes")["anyOf"][0].update(minimum=1), "likes: minimum was 0, is 1"),
    "a minimum dropped": (lambda s: prop(s, "likes")["anyOf"][0].pop("minimum"), "likes: minimum was 0, is none"),
    "a maximum raised": (lambda s: prop(s, "share").update(maximum=100), "share: maximum was 1, is 100"),
    "a pattern added": (lambda s: prop(s, "post_id").update(pattern="^7"), "post_id: pattern was none"),
    "a length limited": (lambda s: prop(s, "post_id").update(maxLength=5), "post_id: maxLength was none, is 5"),
    "a format changed": (lambda s: prop(s, "labels")["items"].update(format="uri"), "labels[]: format was 'uuid'"),
    "a member taken out": (
        lambda s: s["$defs"]["Source"]["enum"].remove("studio_csv"),
        "source: 'studio_csv' is no longer allowed",
    ),
    "a member added": (lambda s: s["$defs"]["Source"]["enum"].append("ads"), "source: 'ads' is new"),
    "a list of members begun": (
        lambda s: prop(s, "post_id").update(enum=["7"]),
        "post_id: the allowed values was 'any'",
    ),
    "a list of members given up": (lambda s: s["$defs"]["Source"].pop("enum"), "source: the allowed values"),
    "a default changed": (lambda s: prop(s, "source").update(default="studio_csv"), "source: the default was 'api'"),
    "a default of a nullable changed": (lambda s: prop(s, "likes").update(default=0), "likes: the default was None"),
    "items of another type": (
        lambda s: prop(s, "labels").update(items={"type": "integer"}),
        "labels[]: was string, is integer",
    ),
    "items no longer said": (lambda s: prop(s, "labels").pop("items"), "labels: items was"),
    "a form taken out": (lambda s: prop(s, "action")["oneOf"].pop(0), "action: is no longer pause"),
    "a form added": (
        lambda s: prop(s, "action")["oneOf"].append({"properties": {"kind": {"const": "resume"}}, "type": "object"}),
        "action: may now be resume",
    ),
    "a field inside a form removed": (
        lambda s: s["$defs"]["Backfill"].update(
            properties={"kind": {"const": "backfill", "type": "string"}}, required=[]
        ),
        "action.from_day: was removed",
    ),
    "a const changed": (
        lambda s: s["$defs"]["Pause"]["properties"]["kind"].update(const="hold"),
        "action: was pause, is hold",
    ),
    "an object closed": (
        lambda s: prop(s, "values").update(additionalProperties=False),
        "values.*: what else may be there was True, is False",
    ),
    "a field added to a closed object": (
        lambda s: prop(s, "closed")["properties"].update(x={"type": "string"}),
        "closed.x: is new where the release allows nothing more",
    ),
    "other members of a mapping": (
        lambda s: prop(s, "counts").update(additionalProperties={"type": "string"}),
        "counts.*: was integer, is string",
    ),
    "a keyword nobody thought about": (lambda s: s.update(minProperties=2), "minProperties was none, is 2"),
}

HARMLESS: dict[str, Change] = {
    "nothing": lambda s: None,
    "an optional field added": lambda s: s["properties"].update(x={"type": "string", "default": ""}),
    "an optional field added inside": lambda s: prop(s, "values")["properties"].update(x={"type": "integer"}),
    "words changed": lambda s: s.update(title="Another", description="Better said"),
    "a definition renamed": lambda s: (
        s["$defs"].update(Origin=s["$defs"].pop("Source")),
        prop(s, "source").update({"$ref": "#/$defs/Origin"}),
    ),
    "a definition written in place": lambda s: s["properties"].update(
        source={**s["$defs"].pop("Source"), "default": "api"}
    ),
    "fields in another order": lambda s: s.update(properties=dict(reversed(s["properties"].items()))),
    "forms in another order": lambda s: prop(s, "action")["oneOf"].reverse(),
    "an example added": lambda s: prop(s, "post_id").update(examples=["7389"], deprecated=True),
}


def after(change: Change) -> list[str]:
    present = json.loads(json.dumps(BASE))
    change(present)
    return [str(found) for found in breaks(BASE, present)]


@pytest.mark.parametrize("name", BREAKING)
def test_a_break_is_found_once_and_named(name: str) -> None:
    change, reason = BREAKING[name]
    (found,) = after(change)
    assert reason in found


@pytest.mark.parametrize("name", HARMLESS)
def test_what_breaks_nobody_passes(name: str) -> None:
    assert after(HARMLESS[name]) == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_field_of_a_real_schema_is_guarded(event: Any) -> None:
    schema = schema_at(CONTRACTS, event)
    for name in schema["properties"]:
        without = json.loads(json.dumps(schema))
        del without["properties"][name]
        without["required"] = [other for other in without["required"] if other != name]
        assert [str(found).split(":")[0] for found in breaks(schema, without)] == [name]


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """A copy of the contracts, to be broken."""
    copied = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, copied, ignore=shutil.ignore_patterns("node_modules", "*.py"))
    return copied


def gate(contracts: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(CONTRACTS / "gate.py"), "--contracts", str(contracts), *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def edited(path: Path, change: Change) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_the_present_contracts_pass() -> None:
    passed = gate(CONTRACTS)
    assert (passed.returncode, passed.stderr) == (0, "")


def test_a_break_against_any_release_fails_with_its_reason_in_a_line(contracts: Path) -> None:
    assert gate(contracts, "release", "9.0.0").returncode == 0
    schema = contracts / "events" / "tiktok.post-lifecycle" / "v1.schema.json"
    edited(schema, lambda s: s["properties"].pop("why"))
    refused = gate(contracts)
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        *(
            f"error: tiktok.post-lifecycle.v1 breaks release {release}: why: was removed: "
            "readers of the release count on it"
            for release in sorted(path.name for path in (contracts / "released").iterdir())
        ),
        "a break needs a new version and a new topic",
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c["tiktok.accounts.v1"].update(key="open_id"), "key was account_id, is open_id"),
        (lambda c: c["tiktok.accounts.v1"].update(partitions=24), "partitions was 12, is 24"),
        (lambda c: c["tiktok.labels.v1"].update(cleanup="delete"), "cleanup was compact, is delete"),
        (lambda c: c["tiktok.post-snapshots.v1"].update(retention_ms=1), "retention_ms was 2592000000, is 1"),
        (lambda c: c["toa.erasures.v1"].update(retention_ms=1), "retention_ms was -1, is 1"),
        (lambda c: c.pop("tiktok.labels.v1"), "the topic: was removed"),
        (
            lambda c: c["tiktok.labels.v1"]["headers"]["properties"].pop("ce_id"),
            "header ce_id: was removed",
        ),
    ],
)
def test_key_partitions_headers_and_promises_of_a_topic_are_held_too(
    contracts: Path, change: Change, reason: str
) -> None:
    edited(contracts / "topics.json", change)
    refused = gate(contracts)
    assert refused.returncode == 1
    assert reason in refused.stderr


def test_what_is_added_passes_and_then_belongs_to_the_release(contracts: Path) -> None:
    schema = contracts / "events" / "tiktok.post-lifecycle" / "v1.schema.json"
    edited(schema, lambda s: s["properties"].update(seen_by={"type": "string", "default": ""}))
    assert gate(contracts, "release", "9.1.0").returncode == 0
    edited(schema, lambda s: s["properties"].pop("seen_by"))
    assert "breaks release 9.1.0: seen_by: was removed" in gate(contracts).stderr


@pytest.mark.parametrize(("version", "reason"), [("0.1.0", "released already"), ("next", "not a version like 1.2.3")])
def test_a_release_is_made_once_and_has_a_version(contracts: Path, version: str, reason: str) -> None:
    refused = gate(contracts, "release", version)
    assert refused.returncode == 1
    assert reason in refused.stderr
