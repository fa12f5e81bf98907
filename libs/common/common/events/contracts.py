"""Every event there is, and its JSON Schema as it is published."""

from common.events.access import AccessV1
from common.events.account import AccountV1
from common.events.collection import CollectionStatusV1, RollupsUpdatedV1
from common.events.command import CommandV1
from common.events.envelope import Event
from common.events.erasure import ErasureV1
from common.events.labels import LabelV1, PostLabelsV1
from common.events.lifecycle import PostLifecycleV1
from common.events.snapshot import PostSnapshotV1, ProfileSnapshotV1
from common.events.topics import Topic

EVENTS: tuple[type[Event], ...] = (
    AccountV1,
    PostSnapshotV1,
    ProfileSnapshotV1,
    PostLifecycleV1,
    PostLabelsV1,
    LabelV1,
    CollectionStatusV1,
    RollupsUpdatedV1,
    CommandV1,
    ErasureV1,
    AccessV1,
)


def folder_of(topic: Topic) -> str:
    """Where what belongs to the topic's events lies: `tiktok.accounts/v1`."""
    name, _, version = topic.name.rpartition(".")
    return f"{name}/{version}"


def schema_of(event: type[Event]) -> dict[str, object]:
    """JSON Schema (2020-12) of the event's value as it is written."""
    schema = event.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": event.topic.name, **schema}


def headers_of(event: type[Event]) -> dict[str, object]:
    """JSON Schema of the record's headers, their bytes read as text."""
    properties: dict[str, object] = {
        "ce_specversion": {"const": "1.0"},
        "ce_type": {"const": event.topic.name},
        "ce_source": {"type": "string", "pattern": "^/toa/[a-z-]+$", "description": "The service that made it."},
        "ce_id": {"type": "string", "pattern": "^[0-9a-f]{32}$", "description": "A repeat has the same one."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When what it tells was so."},
        "content-type": {"const": "application/json"},
        "traceparent": {
            "type": "string",
            "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
            "description": "W3C trace context: one trace from TikTok's answer to the rollup.",
        },
    }
    if event.subject is not Event.subject:
        properties["ce_subject"] = {"type": "string", "description": "The post's id."}
    if event.workspace is not Event.workspace:
        properties["ce_workspaceid"] = {"type": "string", "format": "uuid"}
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def card_of(event: type[Event]) -> dict[str, object]:
    """What a reader of the topic relies on besides the value's schema."""
    topic = event.topic
    return {
        "key": topic.key,
        "partitions": topic.partitions,
        "cleanup": topic.cleanup.value,
        "retention_ms": topic.retention_ms,
        "schema": f"{folder_of(topic)}.schema.json",
        "headers": headers_of(event),
    }
