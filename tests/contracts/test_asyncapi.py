"""The AsyncAPI document is one, by the specification's own schema, and says of the topics what Kafka is told."""

import json
from typing import Any

import jsonschema_rs
import pytest
import yaml

from common.bus.admin import all_topics
from common.events import topics
from common.events.contracts import EVENTS
from common.events.topics import TOPICS, Cleanup

from .conftest import CONTRACTS, ROOT

DOCUMENT: dict[str, Any] = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text())
OFFICIAL = CONTRACTS / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"


@pytest.fixture(scope="module")
def official() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(json.loads(OFFICIAL.read_text()))


def test_the_document_is_valid_by_the_official_schema(official: jsonschema_rs.Draft7Validator) -> None:
    assert [f"{list(error.instance_path)}: {error.message[:200]}" for error in official.iter_errors(DOCUMENT)] == []


def test_the_official_schema_would_refuse_a_wrong_binding(official: jsonschema_rs.Draft7Validator) -> None:
    wrong = json.loads(json.dumps(DOCUMENT))
    wrong["channels"][TOPICS[0].name]["bindings"]["kafka"]["partitions"] = "many"
    assert not official.is_valid(wrong)


def test_every_reference_leads_somewhere() -> None:
    lost = [reference for reference in references(DOCUMENT) if not leads(reference)]
    assert lost == []
    assert len(set(references(DOCUMENT))) > 2 * len(EVENTS)


def test_each_topic_is_described_as_it_is_created() -> None:
    created = {topic.name: topic for topic in all_topics() if not topic.name.endswith(".dlq")}
    assert set(DOCUMENT["channels"]) == set(created)
    for name, channel in DOCUMENT["channels"].items():
        kafka = channel["bindings"]["kafka"]
        assert kafka["partitions"] == created[name].partitions
        assert kafka["topicConfiguration"]["cleanup.policy"] == [created[name].cleanup.value]
        if created[name].cleanup is Cleanup.DELETE:
            assert kafka["topicConfiguration"]["retention.ms"] == created[name].retention_ms


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_producers_named_on_a_card_make_the_event_and_consumers_read_it(event: Any) -> None:
    constant = next(name for name, value in vars(topics).items() if value is event.topic)
    for service in event.topic.producers:
        assert event.__name__ in source_of(service), service
    for service in set(event.topic.consumers) - {"partners"}:
        assert constant in source_of(service) or event.__name__ in source_of(service), service
    makers = {path.name for path in (ROOT / "services").iterdir() if f"{event.__name__}(\n" in source_of(path.name)}
    assert makers <= set(event.topic.producers)


def source_of(service: str) -> str:
    folder = ROOT / "services" / service / service.replace("-", "_")
    return "\n".join(path.read_text() for path in sorted(folder.rglob("*.py")))


def references(value: Any) -> list[str]:
    match value:
        case {"$ref": str(reference)}:
            return [reference]
        case dict():
            return [found for part in value.values() for found in references(part)]
        case list():
            return [found for part in value for found in references(part)]
    return []


def leads(reference: str) -> bool:
    place: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        if name not in place:
            return False
        place = place[name]
    return True
