"""Every trap on the way into the landing tables: the value is kept as it was told, or the record is refused with its
reason. Nothing is changed without a word, not even where ClickHouse alone would."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import pytest

from common.events import Message
from common.events.dead_letter import Record
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS
from common.runtime.clock import WallClock
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.adapters.contracts import StrictContracts
from metrics_aggregator.adapters.metrics import Metrics
from metrics_aggregator.adapters.retrying import EndlessRetry
from metrics_aggregator.adapters.shards import ShardedWarehouse
from metrics_aggregator.use_cases.pipeline import Pipeline

from .growing import growth_warehouse

WORKSPACE = "01900000-0000-7000-8000-00000000000a"
ACCOUNT = "01900000-0000-7000-8000-00000000000b"
MOMENT = "2026-03-01T12:00:00.000Z"
ENVELOPE = (
    f'"workspace_id":"{WORKSPACE}","account_id":"{ACCOUNT}","channel":"tiktok","observed_at":"{MOMENT}",'
    f'"recorded_at":"{MOMENT}","source":"api","field_set":"f.v1","dropped_fields":[],"extra":"{{}}"'
)
CAPTION = "many words " * 100_000


def post(values: str) -> str:
    return f'{{{ENVELOPE},"post_id":"p","values":{{{values}}}}}'


def profile(values: str = "", days: str = "") -> str:
    return f'{{{ENVELOPE},"profile":{{{values}}},"days":[{days}]}}'


def day(values: str, date: str = '"2026-02-28"') -> str:
    return profile(days=f'{{"date":{date},"values":{{{values}}}}}')


def changed(old: str, new: str) -> str:
    """A good post with a part written otherwise."""
    good = post('"likes":5')
    assert old in good
    return good.replace(old, new)


# The table of facts that a trap is set for, and its topic.
POSTS, PROFILES, DAYS = "post_facts", "account_facts", "profile_day_facts"
TOPICS = {POSTS: POST_SNAPSHOTS.name, PROFILES: PROFILE_SNAPSHOTS.name, DAYS: PROFILE_SNAPSHOTS.name}

# What was sent, and what the column of the fact must hold.
KEPT: Sequence[tuple[str, str, str, object]] = (
    (POSTS, "likes", post('"likes":null'), None),
    (POSTS, "likes", post(""), None),
    (POSTS, "likes", post('"likes":0'), 0),
    (POSTS, "likes", post('"likes":9223372036854775807'), 2**63 - 1),
    (POSTS, "video_duration", post('"video_duration":null'), None),
    (POSTS, "video_duration", post('"video_duration":0'), 0.0),
    (POSTS, "video_duration", post('"video_duration":12.5'), 12.5),
    (POSTS, "video_duration", post('"video_duration":0.1'), 0.1),
    (POSTS, "is_ad", post('"is_ad":false'), False),
    (POSTS, "is_ad", post('"is_ad":null'), None),
    (POSTS, "caption", post('"caption":null'), None),
    (POSTS, "caption", post('"caption":""'), ""),
    (POSTS, "caption", post('"caption":"null"'), "null"),
    (POSTS, "caption", post('"caption":"a\\n\\"b\\" \\ud83d\\ude00 é"'), 'a\n"b" 😀 é'),
    (POSTS, "caption", post('"caption":"{} }{ \\"values\\":{}"'), '{} }{ "values":{}'),
    (POSTS, "caption", post(f'"caption":"{CAPTION}"'), CAPTION),
    (POSTS, "create_time", post('"create_time":4294967295'), 2**32 - 1),
    # Unknown to us: the ingestor keeps such in `extra`.
    (POSTS, "likes", post('"likes":5,"new":18446744073709551617'), 5),
    (POSTS, "likes", changed('"likes":5', '"likes" : 5'), 5),
    (POSTS, "likes", changed(MOMENT, "2026-03-01T14:00:00+02:00"), 5),
    (PROFILES, "followers_count", profile('"followers_count":null'), None),
    (PROFILES, "followers_count", profile('"followers_count":0'), 0),
    (PROFILES, "is_verified", profile('"is_verified":true'), True),
    (DAYS, "likes", day('"likes":null'), None),
    (DAYS, "likes", day('"likes":0'), 0),
    # Either follower series may be the net change.
    (DAYS, "followers_count", day('"followers_count":-5'), -5),
)

BAD_COUNTS: Mapping[str, str] = {
    "18446744073709551617": "<= 9223372036854775807",
    "9223372036854775808": "<= 9223372036854775807",
    "99999999999999999999999999": "<= 9223372036854775807",
    "true": "got `bool`",
    "false": "got `bool`",
    "12.0": "got `float`",
    "1e3": "got `float`",
    '""': "got `str`",
    '"12"': "got `str`",
    "[]": "got `array`",
    "{}": "got `object`",
    "-1": ">= 0",
    "NaN": "malformed",
    "+5": "malformed",
    "05": "malformed",
    '5,"@":6': "duplicate key",
    'null,"@":6': "duplicate key",
}
COUNTS: Mapping[str, Callable[[str], str]] = {
    "likes": lambda value: post(f'"likes":{value}'),
    "followers_count": lambda value: profile(f'"followers_count":{value}'),
    "video_views": lambda value: day(f'"video_views":{value}'),
}
PLACES = {"likes": POSTS, "followers_count": PROFILES, "video_views": DAYS}

REFUSED: Sequence[tuple[str, str, str]] = (
    *(
        (PLACES[name], write(value.replace("@", name)), reason)
        for name, write in COUNTS.items()
        for value, reason in BAD_COUNTS.items()
    ),
    (POSTS, post('"video_duration":NaN'), "malformed"),
    (POSTS, post('"video_duration":"NaN"'), "got `str`"),
    (POSTS, post('"video_duration":"inf"'), "got `str`"),
    (POSTS, post('"video_duration":1e400'), "out of range"),
    (POSTS, post('"video_duration":true'), "got `bool`"),
    (POSTS, post('"video_duration":"1.5"'), "got `str`"),
    (POSTS, post('"video_duration":-0.5'), ">= 0"),
    (POSTS, post('"full_video_watched_rate":1.5'), "<= 1"),
    (POSTS, post('"caption":12'), "got `int`"),
    (POSTS, post('"caption":true'), "got `bool`"),
    (POSTS, post('"caption":["a"]'), "got `array`"),
    (POSTS, post('"caption":{"a":1}'), "got `object`"),
    (POSTS, post('"caption":"\\ud800"'), "truncated|surrogate"),
    (POSTS, post('"is_ad":1'), "got `int`"),
    (POSTS, post('"is_ad":"true"'), "got `str`"),
    (POSTS, post('"create_time":-5'), ">= 1400000000"),
    (POSTS, post('"create_time":99999999999'), "<= 4294967295"),
    (POSTS, post('"create_time":"1700000000"'), "got `str`"),
    (POSTS, post('"likes":5,}'), "malformed|trailing"),
    (POSTS, post('"new":' + "[" * 5_000 + "]" * 5_000), "recursion"),
    (POSTS, changed(f'"observed_at":"{MOMENT}",', ""), "observed_at"),
    (POSTS, changed(f'"observed_at":"{MOMENT}"', '"observed_at":null'), "got `null`"),
    (POSTS, changed(f'"observed_at":"{MOMENT}"', '"observed_at":1772366400'), "got `int`"),
    (POSTS, changed(f'"observed_at":"{MOMENT}"', '"observed_at":"2026-03-01"'), "datetime"),
    (POSTS, changed(f'"observed_at":"{MOMENT}"', '"observed_at":"2026-03-01T12:00:00"'), "timezone"),
    (POSTS, changed(f'"observed_at":"{MOMENT}"', '"observed_at":"2026-02-31T12:00:00Z"'), "datetime"),
    (POSTS, changed(f'"observed_at":"{MOMENT}"', '"observed_at":"2026-03-01T25:00:00Z"'), "datetime"),
    (POSTS, changed(f'"observed_at":"{MOMENT}"', '"observed_at":"1970-01-01T00:00:00Z"'), "observed_at_is_plausible"),
    (POSTS, changed(f'"observed_at":"{MOMENT}"', '"observed_at":"2100-01-01T00:00:00Z"'), "observed_at_is_plausible"),
    (POSTS, changed(f'"recorded_at":"{MOMENT}",', ""), "recorded_at"),
    (POSTS, changed('"values":{"likes":5}', '"values":null'), "got `null`"),
    (POSTS, changed('"values":{"likes":5}', '"values":[5]'), "got `array`"),
    (POSTS, changed(',"values":{"likes":5}', ""), "values"),
    (POSTS, changed('"values":{"likes":5}', '"values":{"likes":5},"values":{"likes":6}'), "values is there twice"),
    (POSTS, changed('"post_id":"p"', '"post_id":"p","post_id":"p"'), "Duplicate field"),
    (POSTS, changed('"post_id":"p"', '"post_id":"q"'), "post_id is not that of header ce_subject"),
    (POSTS, changed('"post_id":"p"', '"post_id":7300'), "got `int`"),
    (POSTS, changed(ACCOUNT, WORKSPACE), "account_id is not the record's key"),
    (POSTS, changed(WORKSPACE, WORKSPACE[:-1] + "c"), "workspace_id is not that of header"),
    (POSTS, changed('"api"', '"API"'), "source"),
    (POSTS, changed('"extra":"{}"', '"extra":{}'), "got `object`"),
    (POSTS, changed('"dropped_fields":[]', '"dropped_fields":[1]'), "got `int`"),
    (POSTS, changed('"dropped_fields":[]', '"dropped_fields":null'), "got `null`"),
    (POSTS, post('"likes":5') + post('"likes":6'), "trailing characters"),
    (POSTS, post('"likes":5') + "\n" + post('"likes":6'), "trailing characters"),
    (POSTS, post('"likes":5') + "," + post('"likes":6'), "trailing characters"),
    (POSTS, post('"likes":5') + ",", "not a JSON object"),
    (POSTS, f"[{post('')}]", "not a JSON object"),
    (POSTS, "\ufeff" + post('"likes":5'), "not a JSON object"),
    (POSTS, post('"likes":5')[:-1], "malformed|truncated"),
    (POSTS, "null", "not a JSON object"),
    (PROFILES, profile().replace('"days":[]', '"days":null'), "got `null`"),
    (PROFILES, profile().replace('"days":[]', '"days":[],"days":[]'), "days is there twice"),
    (PROFILES, profile().replace('"profile":{}', '"profile":{},"profile":{}'), "profile is there twice"),
    (DAYS, day('"likes":5', date="null"), "got `null`"),
    (DAYS, day('"likes":5', date="20500"), "got `int`"),
    (DAYS, day('"likes":5', date='"2026-02-31"'), "date"),
    (DAYS, day('"likes":5', date='"20260301"'), "date"),
    (DAYS, day('"likes":5', date='"1970-01-01"'), "days_are_plausible"),
    (DAYS, day('"likes":5', date='"2100-01-01"'), "not before 2100"),
    (DAYS, day('"likes":5', date='"2200-01-01"'), "not before 2100"),
    (DAYS, profile(days='{"date":"2026-02-28"}'), "values"),
    (DAYS, profile(days='{"date":"2026-02-28","values":{}},{"date":"2026-02-28","values":{}}'), "twice"),
    (DAYS, profile(days='{"date":"2026-02-28","values":{},"values":{}}'), "duplicate key"),
    (DAYS, profile(days="null"), "got `null`"),
)


@dataclass(frozen=True, slots=True)
class Outlet:
    """Keeps what would go to Kafka."""

    messages: list[Message] = field(default_factory=list)

    async def publish(self, messages: Sequence[Message]) -> None:
        self.messages.extend(messages)


@dataclass(frozen=True, slots=True)
class Outcome:
    facts: Sequence[Mapping[str, Any]]
    letters: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything sent in one batch per topic, so that whatever is refused stands beside what is kept. Each record is of
    an account of its own."""

    facts: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
    letters: Mapping[str, Sequence[Mapping[str, str]]]

    def of(self, place: str, sent: bytes | None) -> Outcome:
        account = account_of(place, sent)
        return Outcome(self.facts.get((place, account), ()), self.letters.get(account, ()))


def account_of(place: str, sent: bytes | None) -> str:
    return str(uuid5(UUID(WORKSPACE), f"{place} {sent!r}"))


def record(place: str, sent: bytes | None) -> Record:
    account = account_of(place, sent).encode()
    headers = {"ce_workspaceid": WORKSPACE, "ce_time": MOMENT, **({"ce_subject": "p"} if place == POSTS else {})}
    return Record(
        topic=TOPICS[place],
        partition=0,
        offset=0,
        key=account,
        value=None if sent is None else sent.replace(ACCOUNT.encode(), account),
        headers=tuple((name, text.encode()) for name, text in headers.items()),
    )


NO_TEXT = {
    place: text.encode().replace(b"@", b"\xff\xfe")
    for place, text in {
        POSTS: post('"caption":"@"'),
        PROFILES: profile('"username":"@"'),
        DAYS: day('"likes":5', '"@"'),
    }.items()
}


@pytest.fixture(scope="module")
async def intake(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    outlet, metrics = Outlet(), Metrics()
    sent = [(place, text.encode()) for place, text, *_ in REFUSED] + [
        (place, text.encode()) for place, _, text, _ in KEPT
    ]
    records = [record(*one) for one in [*sent, *NO_TEXT.items(), *((place, None) for place in TOPICS)]]
    async with growth_warehouse(tmp_path_factory.mktemp("traps")) as client:
        pipeline = Pipeline(
            contracts=StrictContracts(),
            warehouse=ShardedWarehouse([ClickHouseWarehouse(client)]),
            outlet=outlet,
            retry=EndlessRetry(metrics),
            wall_clock=WallClock(),
            observer=metrics,
        )
        for topic in sorted(set(TOPICS.values())):
            batch = pipeline.sort(topic, [one for one in records if one.topic == topic])
            await pipeline.write(topic, [batch])
        facts = defaultdict(list)
        for table in TOPICS:
            for row in (await client.query(f"SELECT * FROM {table}")).named_results():
                facts[table, str(row["account_id"])].append(row)
    letters = defaultdict(list)
    for message in outlet.messages:
        if message.topic.endswith(".dlq"):
            letters[message.key.decode()].append({name: text.decode() for name, text in message.headers})
    return Intake(facts, letters)


def short(value: object) -> str:
    text = str(value)
    return text if len(text) < 60 else f"{text[:20]}…{text[-30:]}"


@pytest.mark.parametrize(("place", "column", "sent", "expected"), KEPT, ids=short)
async def test_a_value_is_kept_as_it_was_told(
    intake: Intake, place: str, column: str, sent: str, expected: object
) -> None:
    outcome = intake.of(place, sent.encode())
    assert outcome.letters == ()
    (fact,) = outcome.facts
    assert fact[column] == expected
    assert type(fact[column]) is type(expected)
    assert fact["observed_at"].strftime("%FT%T.000Z") == MOMENT


@pytest.mark.parametrize(("place", "sent", "reason"), REFUSED, ids=short)
async def test_what_is_not_as_its_contract_says_is_refused_with_the_reason(
    intake: Intake, place: str, sent: str, reason: str
) -> None:
    outcome = intake.of(place, sent.encode())
    assert outcome.facts == ()
    (letter,) = outcome.letters
    assert re.search(reason, letter["toa_error"]), letter["toa_error"]
    assert letter["toa_error_code"] in {"contract", "envelope", "117", "469"}


@pytest.mark.parametrize("place", TOPICS)
async def test_bytes_that_are_no_text_are_refused(intake: Intake, place: str) -> None:
    outcome = intake.of(place, NO_TEXT[place])
    assert (outcome.facts, [letter["toa_error_code"] for letter in outcome.letters]) == ((), ["contract"])


@pytest.mark.parametrize("place", TOPICS)
async def test_a_tombstone_is_passed_over(intake: Intake, place: str) -> None:
    outcome = intake.of(place, None)
    assert (outcome.facts, outcome.letters) == ((), ())


async def test_nothing_else_has_come_in(intake: Intake) -> None:
    assert sum(len(rows) for (table, _), rows in intake.facts.items() if table == POSTS) == sum(
        place == POSTS for place, *_ in KEPT
    )
