"""The hand-written examples say what the schemas and our own readers say; what breaks one breaks the other too."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from common.events import UndecodableEvent, decode, encode
from common.events.contracts import EVENTS, headers_of
from common.events.envelope import Event

from .conftest import CONTRACTS, examples, schema_at

EXAMPLES = examples()
# One of them is wrong in any place.
OTHERS: tuple[Any, ...] = (None, "no", -7, 1.5, [], {})
# Enough for every kind of place in an example of this size.
FEWEST_MUTANTS = 6


def named(one: tuple[type[Event], Path]) -> str:
    return f"{one[0].__name__}-{one[1].stem}"


def validator(event: type[Event]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema_at(CONTRACTS, event), validate_formats=True)


def test_every_event_has_three_examples() -> None:
    for event in EVENTS:
        assert sum(model is event for model, _ in EXAMPLES) >= 3, event.__name__


@pytest.mark.parametrize("one", EXAMPLES, ids=named)
def test_an_example_is_as_its_schema_says_and_our_model_reads_all_of_it(one: tuple[type[Event], Path]) -> None:
    event, path = one
    value = path.read_bytes()
    validator(event).validate(json.loads(value))
    read = decode(event, value, strict=True)
    # Nothing was passed over: what is read is written the same again.
    assert json.loads(read.model_dump_json()) == json.loads(value)


@pytest.mark.parametrize("one", EXAMPLES, ids=named)
def test_its_headers_are_as_the_document_says(one: tuple[type[Event], Path]) -> None:
    event, path = one
    message = encode(
        decode(event, path.read_bytes()),
        service=event.topic.producers[0],
        trace="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )
    told = {name: text.decode() for name, text in message.headers}
    jsonschema_rs.Draft202012Validator(headers_of(event), validate_formats=True).validate(told)
    assert set(told) == set(headers_of(event)["properties"])  # type: ignore[call-overload]


@pytest.mark.parametrize("one", EXAMPLES, ids=named)
def test_what_breaks_the_schema_is_refused_by_our_reader_too(one: tuple[type[Event], Path]) -> None:
    event, path = one
    schema = validator(event)
    wrong = [mutant for mutant in mutants(json.loads(path.read_bytes())) if not schema.is_valid(mutant)]
    assert len(wrong) >= FEWEST_MUTANTS
    accepted = [mutant for mutant in wrong if reads(event, mutant)]
    assert accepted == []


def reads(event: type[Event], value: object) -> bool:
    try:
        decode(event, json.dumps(value).encode(), strict=True)
    except UndecodableEvent:
        return False
    return True


def mutants(value: Any) -> Iterator[Any]:
    """The value with one place left out, or something else in it."""
    for path in places(value):
        yield changed(value, path, None, leave_out=True)
        for other in OTHERS:
            yield changed(value, path, other)


def places(value: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*before, name)
        yield from places(part, (*before, name))


def changed(value: Any, path: tuple[str | int, ...], other: Any, *, leave_out: bool = False) -> Any:
    mutant = copy.deepcopy(value)
    inside = mutant
    for name in path[:-1]:
        inside = inside[name]
    if leave_out:
        del inside[path[-1]]
    else:
        inside[path[-1]] = other
    return mutant
