"""The traps on the way of events besides snapshots: lifecycle, labels, connections, collection states."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from .intake import ACCOUNT, MOMENT, WORKSPACE, Intake, short, taken_in

LIFECYCLE, LABELS, CONNECTIONS, COLLECTIONS = "lifecycle_facts", "label_facts", "connection_facts", "collection_facts"
RED, BLUE = "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = "many words " * 100_000

_OF_ACCOUNT = {"workspace_id": WORKSPACE, "account_id": ACCOUNT}
_OF_POST = {**_OF_ACCOUNT, "channel": "tiktok", "post_id": "p"}
# A good one of each.
GOOD: Mapping[str, Mapping[str, object]] = {
    LIFECYCLE: {
        **_OF_POST,
        "change": "gone",
        "why": "deleted",
        "observed_at": MOMENT,
        "recorded_at": MOMENT,
        "source": "api",
    },
    LABELS: {
        **_OF_POST,
        "label_ids": [RED],
        "plan_ids": [],
        "revision": 7,
        "changed_at": MOMENT,
        "recorded_at": MOMENT,
        "source": "workspace",
    },
    CONNECTIONS: {
        **_OF_ACCOUNT,
        "channel": "tiktok",
        "change": "connected",
        "status": "connected",
        "is_business_account": True,
        "scopes": ["video.list"],
        "connected_at": MOMENT,
        "changed_at": MOMENT,
        "revision": 7,
    },
    COLLECTIONS: {
        **_OF_ACCOUNT,
        "state": "synced",
        "reason": None,
        "since": MOMENT,
        "last_profile_at": MOMENT,
        "last_listing_at": None,
        "next_due": MOMENT,
        "revision": 7,
    },
}
# The moment each speaks of, as it is called in the event, and in the fact.
MOMENTS = {
    LIFECYCLE: ("observed_at", "observed_at"),
    LABELS: ("changed_at", "observed_at"),
    CONNECTIONS: ("changed_at", "changed_at"),
    COLLECTIONS: ("since", "since"),
}
REVISED = (LABELS, CONNECTIONS, COLLECTIONS)


def good(place: str) -> str:
    return json.dumps(GOOD[place], separators=(",", ":"))


def put(place: str, name: str, value: str) -> str:
    """A good one in which `name` has another value, as JSON."""
    old = f'"{name}":{json.dumps(GOOD[place][name], separators=(",", ":"))}'
    assert good(place).count(old) == 1
    return good(place).replace(old, f'"{name}":{value}')


def without(place: str, name: str) -> str:
    return json.dumps({key: value for key, value in GOOD[place].items() if key != name}, separators=(",", ":"))


def twice(place: str, name: str, value: str) -> str:
    """A good one that says `name` once more at its end."""
    return f'{good(place)[:-1]},"{name}":{value}}}'


# What was sent, and what the column of the fact must hold.
KEPT: Sequence[tuple[str, str, str, object]] = (
    *((place, MOMENTS[place][1], good(place), NOON) for place in GOOD),
    *(
        (place, MOMENTS[place][1], put(place, MOMENTS[place][0], '"2026-03-01T14:00:00+02:00"'), NOON)
        for place in (LABELS, CONNECTIONS, COLLECTIONS)
    ),
    *((place, "revision", put(place, "revision", "0"), 0) for place in REVISED),
    *((place, "revision", put(place, "revision", str(2**63 - 1)), 2**63 - 1) for place in REVISED),
    (LIFECYCLE, "why", put(LIFECYCLE, "why", "null"), None),
    (LIFECYCLE, "why", without(LIFECYCLE, "why"), None),
    (LIFECYCLE, "why", put(LIFECYCLE, "why", '""'), ""),
    (LIFECYCLE, "why", put(LIFECYCLE, "why", '"null"'), "null"),
    (LIFECYCLE, "why", put(LIFECYCLE, "why", '"a\\n\\"b\\" \\ud83d\\ude00 é"'), 'a\n"b" 😀 é'),
    (LIFECYCLE, "why", put(LIFECYCLE, "why", '"{} }{ \\"change\\":{}"'), '{} }{ "change":{}'),
    (LIFECYCLE, "why", put(LIFECYCLE, "why", f'"{WORDS}"'), WORDS),
    (LIFECYCLE, "change", put(LIFECYCLE, "change", '"first-seen"'), "first-seen"),
    (LIFECYCLE, "source", put(LIFECYCLE, "source", '"studio_csv"'), "studio_csv"),
    (LABELS, "label_ids", put(LABELS, "label_ids", "[]"), []),
    (LABELS, "label_ids", put(LABELS, "label_ids", f'["{BLUE}","{RED}","{RED}"]'), [UUID(BLUE), UUID(RED), UUID(RED)]),
    (LABELS, "plan_ids", put(LABELS, "plan_ids", f'["{BLUE}"]'), [UUID(BLUE)]),
    (CONNECTIONS, "is_business_account", put(CONNECTIONS, "is_business_account", "null"), None),
    (CONNECTIONS, "is_business_account", put(CONNECTIONS, "is_business_account", "false"), False),
    (CONNECTIONS, "connected_at", put(CONNECTIONS, "connected_at", "null"), None),
    (CONNECTIONS, "scopes", put(CONNECTIONS, "scopes", "[]"), []),
    (CONNECTIONS, "scopes", put(CONNECTIONS, "scopes", '["b","a","b"]'), ["b", "a", "b"]),
    (CONNECTIONS, "status", put(CONNECTIONS, "status", '"erased"'), "erased"),
    (COLLECTIONS, "reason", put(COLLECTIONS, "reason", '""'), ""),
    (COLLECTIONS, "reason", good(COLLECTIONS), None),
    (COLLECTIONS, "last_listing_at", good(COLLECTIONS), None),
    (COLLECTIONS, "next_due", put(COLLECTIONS, "next_due", "null"), None),
    # Unknown to us: a later version of the contract.
    *((place, MOMENTS[place][1], twice(place, "new", '{"a":[18446744073709551617]}'), NOON) for place in GOOD),
)

BAD_REVISIONS = {
    "18446744073709551617": "larger than",
    "9223372036854775808": "larger than",
    "true": "valid integer",
    "12.0": "valid integer",
    "1e3": "valid integer",
    '"12"': "valid integer",
    '""': "valid integer",
    "null": "valid integer",
    "[]": "valid integer",
    "NaN": "valid integer",
    "-1": "revision_is_not_negative",
    "+5": "Invalid JSON",
    "05": "Invalid JSON",
}
BAD_MOMENTS = {
    "null": "valid datetime",
    "1772366400": "valid datetime",
    '"1772366400"': "RFC 3339",
    '"1772366400.5"': "RFC 3339",
    '"1772366400000"': "RFC 3339",
    "true": "valid datetime",
    '""': "valid datetime",
    '"soon"': "valid datetime",
    '"2026-03-01"': "valid datetime|timezone",
    '"2026-03-01T12:00:00"': "timezone",
    '"2026-02-31T12:00:00Z"': "valid datetime",
    '"2026-03-01T25:00:00Z"': "valid datetime",
    '"1970-01-01T00:00:00Z"': "plausible",
    '"2100-01-01T00:00:00Z"': "plausible",
}
BAD_TEXTS = {"12": "valid string", "true": "valid string", "[]": "valid string", "{}": "valid string"}
BAD_IDS = {
    "null": "valid array|valid tuple",
    f'"{RED}"': "valid array|valid tuple",
    "{}": "valid array|valid tuple",
    "[null]": "UUID",
    "[7]": "UUID",
    "[true]": "UUID",
    '["x"]': "UUID",
    '[""]': "UUID",
    f'["{RED[:-1]}"]': "UUID",
    f'["{{{RED}}}"]': "UUID",
    f'["urn:uuid:{RED}"]': "UUID",
}
BAD_OPTIONAL_MOMENTS = {bad: reason for bad, reason in BAD_MOMENTS.items() if bad != "null"}


def refusals() -> Iterator[tuple[str, str, str]]:
    """Table, what was sent, and what the reason must name."""
    for place, event in GOOD.items():
        yield from _of_any(place)
        for required in sorted(event.keys() & {"workspace_id", "account_id", "post_id", "change", "status", "state"}):
            yield place, without(place, required), required
            yield place, put(place, required, "null"), required
            yield place, put(place, required, "12"), required
    for place in REVISED:
        yield place, without(place, "revision"), "revision"
        yield from _each(place, "revision", BAD_REVISIONS)
    yield from _each(LIFECYCLE, "recorded_at", BAD_MOMENTS)
    yield from _each(LABELS, "recorded_at", BAD_MOMENTS)
    yield from _each(CONNECTIONS, "connected_at", BAD_OPTIONAL_MOMENTS)
    yield from _each(COLLECTIONS, "next_due", BAD_OPTIONAL_MOMENTS)
    yield from _each(COLLECTIONS, "last_profile_at", BAD_OPTIONAL_MOMENTS)
    yield from _each(LIFECYCLE, "why", BAD_TEXTS)
    yield from _each(COLLECTIONS, "reason", BAD_TEXTS)
    yield from _each(LIFECYCLE, "why", {'"\\ud800"': "Invalid JSON"})
    yield from _each(LABELS, "label_ids", BAD_IDS)
    yield from _each(LABELS, "plan_ids", BAD_IDS)
    yield from _each(CONNECTIONS, "scopes", {"null": "scopes", '"a"': "scopes", "[1]": "scopes", "[null]": "scopes"})
    yield from _each(CONNECTIONS, "is_business_account", dict.fromkeys(("1", '"true"', "[]"), "valid boolean"))
    for place, name in (
        (LIFECYCLE, "change"),
        (CONNECTIONS, "status"),
        (CONNECTIONS, "change"),
        (COLLECTIONS, "state"),
    ):
        yield from _each(place, name, {'"vanished"': name, '""': name, '"Connected"': name})
    for place, name in ((LIFECYCLE, "source"), (LABELS, "source")):
        yield from _each(place, name, {'"elsewhere"': "source", "null": "source"})


def _of_any(place: str) -> Iterator[tuple[str, str, str]]:
    """What no topic takes."""
    whole, moment = good(place), MOMENTS[place][0]
    yield place, whole + whole, "trailing"
    yield place, whole + "\n" + whole, "trailing"
    yield place, whole + "," + whole, "trailing"
    yield place, whole + ',"":' + whole, "trailing"
    yield place, whole + ",", "not a JSON object"
    yield place, f"[{whole}]", "not a JSON object"
    yield place, "\ufeff" + whole, "not a JSON object"
    yield place, "null", "not a JSON object"
    yield place, whole[:-1], "not a JSON object"
    yield place, whole[:-1] + ",}", "Invalid JSON"
    yield place, "{}", "Field required"
    yield place, twice(place, "account_id", f'"{ACCOUNT}"'), "Duplicate field"
    yield place, twice(place, "account_id", f'"{ACCOUNT}"').replace(ACCOUNT, WORKSPACE, 1), "Duplicate field"
    yield place, twice(place, moment, f'"{MOMENT}"'), "Duplicate field"
    yield place, whole.replace(ACCOUNT, WORKSPACE), "another key"
    yield place, whole.replace(WORKSPACE, WORKSPACE[:-1] + "c"), "workspace_id is not that of header"
    yield place, without(place, moment), moment
    yield from _each(place, moment, BAD_MOMENTS)


def _each(place: str, name: str, bad: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for value, reason in bad.items():
        yield place, put(place, name, value), reason


REFUSED = tuple(refusals())
NO_TEXT = {place: good(place).encode().replace(b'"p"', b'"\xff"').replace(b"synced", b"\xff") for place in GOOD}
NO_TEXT[CONNECTIONS] = good(CONNECTIONS).encode().replace(b"video.list", b"\xff")


@pytest.fixture(scope="module")
async def intake(warehouse: AsyncClient) -> Intake:
    refused = [(place, text.encode()) for place, text, _ in REFUSED]
    kept = [(place, text.encode()) for place, _, text, _ in KEPT]
    return await taken_in(warehouse, [*dict.fromkeys([*refused, *kept]), *NO_TEXT.items()])


@pytest.mark.parametrize(("place", "column", "sent", "expected"), KEPT, ids=short)
async def test_a_value_is_kept_as_it_was_told(
    intake: Intake, place: str, column: str, sent: str, expected: object
) -> None:
    fact = intake.of(place, sent.encode()).kept()
    assert fact[column] == expected
    assert type(fact[column]) is type(expected)
    assert fact[MOMENTS[place][1]] == NOON


@pytest.mark.parametrize(("place", "sent", "reason"), REFUSED, ids=short)
async def test_what_is_not_as_its_contract_says_is_refused_with_the_reason(
    intake: Intake, place: str, sent: str, reason: str
) -> None:
    intake.of(place, sent.encode()).expect_refused(reason)


@pytest.mark.parametrize("place", NO_TEXT)
async def test_bytes_that_are_no_text_are_refused(intake: Intake, place: str) -> None:
    assert NO_TEXT[place] != good(place).encode()
    outcome = intake.of(place, NO_TEXT[place])
    assert outcome.facts == ()
    assert [letter["toa_error_code"] for letter in outcome.letters] in (["contract"], ["envelope"])


async def test_nothing_else_has_come_in(intake: Intake) -> None:
    for place in GOOD:
        assert intake.count(place) == len({sent for table, _, sent, _ in KEPT if table == place})
