"""The topics and their events as an AsyncAPI 3 document, with Kafka's bindings."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pydantic.json_schema import models_json_schema

from common.events.contracts import EVENTS, headers_of
from common.events.envelope import Event, Message
from common.events.topics import Cleanup, Topic

Document = dict[str, object]
_BINDINGS = "0.5.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One record as it would be published; `value` is its parsed JSON."""

    name: str
    message: Message
    value: object


def asyncapi(version: str, examples: Mapping[str, Sequence[Example]]) -> Document:
    """The document; `examples` by topic."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(version),
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {event.topic.name: _channel(event) for event in EVENTS},
        "operations": {f"send.{event.topic.name}": _operation(event.topic) for event in EVENTS},
        "components": {
            "schemas": _schemas(),
            "messages": {event.__name__: _message(event, examples.get(event.topic.name, ())) for event in EVENTS},
            "securitySchemes": {"scram": {"type": "scramSha512", "description": "SASL/SCRAM-SHA-512 over TLS"}},
        },
    }


def _info(version: str) -> Document:
    return {
        "title": "TikTok Organic Analytics: events",
        "version": version,
        "description": (
            "CloudEvents 1.0 on Kafka in binary mode: attributes are `ce_*` headers, the value is the data as JSON. "
            "Within a version only optional fields are added, so ignore fields you do not know; anything else is a new "
            "version and a new topic. Topics tagged `internal` are not for partners."
        ),
        "license": {"name": "Apache-2.0"},
    }


def _server() -> Document:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": "The installation's brokers",
        "variables": {"bootstrap": {"description": "host:port of any broker", "default": "kafka.example.com:9093"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    }


def _channel(event: type[Event]) -> Document:
    topic = event.topic
    return {
        "address": topic.name,
        "title": topic.purpose,
        "description": f"{topic.ordering} {topic.delivery}",
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"}},
        "tags": [{"name": "internal" if topic.is_internal else "partners"}],
        "bindings": {"kafka": _kafka(topic)},
    }


def _kafka(topic: Topic) -> Document:
    kept = {"cleanup.policy": [topic.cleanup.value]}
    # A compacted topic keeps by key, whatever the age.
    age = {} if topic.cleanup is Cleanup.COMPACT else {"retention.ms": topic.retention_ms}
    return {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": {**kept, **age},
        "bindingVersion": _BINDINGS,
    }


def _operation(topic: Topic) -> Document:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"By {' and '.join(topic.producers)}; read by {', '.join(topic.consumers)}",
    }


def _message(event: type[Event], examples: Sequence[Example]) -> Document:
    key = {"type": "string", "description": event.topic.key}
    return {
        "name": event.topic.name,
        "title": event.topic.purpose,
        "contentType": "application/json",
        "headers": headers_of(event),
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {"kafka": {"key": key, "bindingVersion": _BINDINGS}},
        "examples": [_example(example) for example in examples],
    }


def _example(example: Example) -> Document:
    headers = {name: text.decode() for name, text in example.message.headers}
    return {"name": example.name, "headers": headers, "payload": copy.deepcopy(example.value)}


def _schemas() -> Document:
    _, shared = models_json_schema(
        [(event, "serialization") for event in EVENTS], ref_template="#/components/schemas/{model}"
    )
    return cast(Document, _with_named_discriminators(shared["$defs"]))


def _with_named_discriminators(schema: object) -> object:
    """AsyncAPI's discriminator is the property's name; pydantic writes OpenAPI's, an object."""
    match schema:
        case {"discriminator": {"propertyName": name}, **rest}:
            return {"discriminator": name, **{key: _with_named_discriminators(part) for key, part in rest.items()}}
        case dict():
            return {key: _with_named_discriminators(part) for key, part in schema.items()}
        case list():
            return [_with_named_discriminators(part) for part in schema]
        case _:
            return schema
