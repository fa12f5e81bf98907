"""The traps in breakdowns: a list is kept as it was written, character by character, or its record is refused."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from .intake import IDS, MOMENT, Intake, short, taken_in

ENVELOPE = (
    f'{IDS},"channel":"tiktok","observed_at":"{MOMENT}","recorded_at":"{MOMENT}",'
    '"source":"api","field_set":"f.v1","dropped_fields":[],"extra":"{}"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A list of a table of facts, the parts of its items, and what surrounds it."""

    table: str
    column: str
    label: str
    number: str
    around: str
    """With @ in the place of the list."""

    def sent(self, items: str) -> str:
        return self.around.replace("@", self.written(items))

    def written(self, items: str) -> str:
        """`items` speak of `label` and `number`."""
        return items.replace('"label"', f'"{self.label}"').replace('"number"', f'"{self.number}"')


PLACES = (
    Place(
        table="traffic_facts",
        column="impression_sources",
        label="impression_source",
        number="percentage",
        around=f'{{{ENVELOPE},"post_id":"p","values":{{"likes":1,"impression_sources":@}}}}',
    ),
    Place(
        table="traffic_facts",
        column="video_view_retention",
        label="second",
        number="percentage",
        around=f'{{{ENVELOPE},"post_id":"p","values":{{"video_view_retention":@}}}}',
    ),
    Place(
        table="audience_facts",
        column="audience_countries",
        label="country",
        number="percentage",
        around=f'{{{ENVELOPE},"profile":{{"audience_countries":@}},"days":[]}}',
    ),
    Place(
        table="profile_day_facts",
        column="audience_activity",
        label="hour",
        number="count",
        around=f'{{{ENVELOPE},"profile":{{}},"days":[{{"date":"2026-02-28","values":{{"audience_activity":@}}}}]}}',
    ),
)
SHARES, COUNTS = PLACES[:3], PLACES[3:]

LONG = json.dumps([{"label": str(item), "number": 1} for item in range(5_000)])
KEPT: Sequence[str] = (
    "[]",
    "[ ]",
    '[{"label":"DE","number":1}]',
    '[{"label":"DE","number":0}]',
    '[{"label":"DE","number":null}]',
    '[ { "number" : 1 , "label" : "DE" } ]',
    # Nobody chose between them.
    '[{"label":"DE","number":1},{"label":"DE","number":2}]',
    '[{"label":7,"number":1}]',
    '[{"label":"","number":1}]',
    '[{"label":"\\"number\\":true, [}{]","number":1}]',
    '[{"label":"\\u00e9 \\ud83d\\ude00 é","number":1}]',
    '[{"label":"DE","number":1,"more":{"of":[true,null]}}]',
    LONG,
    # Nothing of a fact is decided here.
    '[{"label":"DE","number":1,"number":2}]',
    '[{"label":"DE","label":"US","number":1}]',
)
KEPT_SHARES: Sequence[str] = ('[{"label":"DE","number":0.1}]', '[{"label":"DE","number":5e-1}]')

REFUSED: Mapping[str, str] = {
    "{}": "got `object`",
    '{"DE":1}': "got `object`",
    "1": "got `int`",
    "true": "got `bool`",
    '""': "got `str`",
    '"[]"': "got `str`",
    "[1]": "got `int`",
    "[null]": "got `null`",
    "[[]]": "got `array`",
    '["DE"]': "got `str`",
    "[{}]": "missing",
    '[{"label":"DE"}]': "missing required field `number`",
    '[{"number":1}]': "missing required field `label`",
    '[{"label":null,"number":1}]': "got `null`",
    '[{"label":true,"number":1}]': "got `bool`",
    '[{"label":["DE"],"number":1}]': "got `array`",
    '[{"label":"DE","number":true}]': "got `bool`",
    '[{"label":"DE","number":"1"}]': "got `str`",
    '[{"label":"DE","number":""}]': "got `str`",
    '[{"label":"DE","number":[]}]': "got `array`",
    '[{"label":"DE","number":-1}]': ">= 0",
    '[{"label":"DE","number":NaN}]': "malformed",
    '[{"label":"DE","number":1e999}]': "out of range|got `float`",
    '[{"label":"DE","number":1},7]': "got `int`",
    '[{"label":"DE","number":1},]': "malformed|trailing",
    '[{"label":"DE","number":1}': "malformed|truncated",
    '[{"label":"\\ud800","number":1}]': "truncated|surrogate",
}
REFUSED_COUNTS: Mapping[str, str] = {
    '[{"label":"7","number":12.5}]': "got `float`",
    '[{"label":"7","number":12.0}]': "got `float`",
    '[{"label":"7","number":1e3}]': "got `float`",
    '[{"label":"7","number":9223372036854775808}]': "<= 9223372036854775807",
    '[{"label":"7","number":18446744073709551617}]': "<= 9223372036854775807",
}

ALL_KEPT = [(place, items) for place in PLACES for items in KEPT] + [
    (place, items) for place in SHARES for items in KEPT_SHARES
]
ALL_REFUSED = [(place, items, reason) for place in PLACES for items, reason in REFUSED.items()] + [
    (place, items, reason) for place in COUNTS for items, reason in REFUSED_COUNTS.items()
]


@pytest.fixture(scope="module")
async def intake(warehouse: AsyncClient) -> Intake:
    everything = [*ALL_KEPT, *((place, items) for place, items, _ in ALL_REFUSED)]
    sent = [(place.table, place.sent(items).encode()) for place, items in everything]
    return await taken_in(warehouse, sent)


def name_of(value: object) -> str:
    return value.column if isinstance(value, Place) else short(value)


@pytest.mark.parametrize(("place", "items"), ALL_KEPT, ids=name_of)
async def test_a_list_is_kept_as_it_was_written(intake: Intake, place: Place, items: str) -> None:
    fact = intake.of(place.table, place.sent(items).encode()).kept()
    assert fact[place.column] == place.written(items)


@pytest.mark.parametrize(("place", "items", "reason"), ALL_REFUSED, ids=name_of)
async def test_a_list_that_could_be_misread_is_refused(intake: Intake, place: Place, items: str, reason: str) -> None:
    named = reason.replace("number", place.number).replace("label", place.label)
    intake.of(place.table, place.sent(items).encode()).expect_refused(named)
