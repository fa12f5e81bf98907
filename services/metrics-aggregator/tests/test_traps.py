"""Every trap on the way into the landing tables: the value is kept as it was told, or the record is refused with its
reason. Nothing is changed without a word, not even where ClickHouse alone would."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from .intake import ACCOUNT, IDS, MOMENT, TOPICS, WORKSPACE, Intake, short, taken_in

ENVELOPE = (
    f'{IDS},"channel":"tiktok","observed_at":"{MOMENT}",'
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


# The table of facts that a trap is set for.
POSTS, PROFILES, DAYS = "post_facts", "account_facts", "profile_day_facts"

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
    # The contract would be read to the end, and ClickHouse only to where it has every column.
    (POSTS, f'{changed(ACCOUNT, WORKSPACE)[:-1]},"account_id":"{ACCOUNT}"}}', "Duplicate field"),
    (POSTS, f'{post("")[:-1]},"post_id":"p"}}', "Duplicate field"),
    (PROFILES, f'{profile()[:-1]},"source":"api"}}', "Duplicate field"),
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


NO_TEXT = {
    place: text.encode().replace(b"@", b"\xff\xfe")
    for place, text in {
        POSTS: post('"caption":"@"'),
        PROFILES: profile('"username":"@"'),
        DAYS: day('"likes":5', '"@"'),
    }.items()
}


@pytest.fixture(scope="module")
async def intake(warehouse: AsyncClient) -> Intake:
    sent = [(place, text.encode()) for place, text, *_ in REFUSED] + [
        (place, text.encode()) for place, _, text, _ in KEPT
    ]
    tombstones = ((place, None) for place in TOPICS)
    return await taken_in(warehouse, [*sent, *NO_TEXT.items(), *tombstones])


@pytest.mark.parametrize(("place", "column", "sent", "expected"), KEPT, ids=short)
async def test_a_value_is_kept_as_it_was_told(
    intake: Intake, place: str, column: str, sent: str, expected: object
) -> None:
    fact = intake.of(place, sent.encode()).kept()
    assert fact[column] == expected
    assert type(fact[column]) is type(expected)
    assert fact["observed_at"].strftime("%FT%T.000Z") == MOMENT


@pytest.mark.parametrize(("place", "sent", "reason"), REFUSED, ids=short)
async def test_what_is_not_as_its_contract_says_is_refused_with_the_reason(
    intake: Intake, place: str, sent: str, reason: str
) -> None:
    intake.of(place, sent.encode()).expect_refused(reason)


@pytest.mark.parametrize("place", NO_TEXT)
async def test_bytes_that_are_no_text_are_refused(intake: Intake, place: str) -> None:
    outcome = intake.of(place, NO_TEXT[place])
    assert (outcome.facts, [letter["toa_error_code"] for letter in outcome.letters]) == ((), ["contract"])


@pytest.mark.parametrize("place", TOPICS)
async def test_a_tombstone_is_passed_over(intake: Intake, place: str) -> None:
    outcome = intake.of(place, None)
    assert (outcome.facts, outcome.letters) == ((), ())


async def test_nothing_else_has_come_in(intake: Intake) -> None:
    assert intake.count(POSTS) == sum(place == POSTS for place, *_ in KEPT)
