"""Which records can be used, and which series they touch."""

from dataclasses import replace
from uuid import UUID

import pytest

from common.events.dead_letter import Record
from metrics_aggregator.domain.records import Account, sort_records
from metrics_aggregator.domain.touched import MOST_POSTS_AT_ONCE, Touches, touched_accounts, touched_posts

WORKSPACE, ACCOUNT = UUID(int=1), UUID(int=2)


def record(*, value: bytes | None = b"{}", key: bytes | None = None, **headers: str | None) -> Record:
    given = {
        "ce_workspaceid": str(WORKSPACE),
        "ce_subject": "7300",
        "ce_time": "2026-03-01T12:00:00.000Z",
        **headers,
    }
    return Record(
        topic="t",
        partition=0,
        offset=0,
        key=str(ACCOUNT).encode() if key is None else key,
        value=value,
        headers=tuple((name, text.encode()) for name, text in given.items() if text is not None),
    )


def test_a_good_record_tells_its_account_and_post() -> None:
    (snapshot,) = sort_records([record()], of_posts=True).snapshots
    assert (snapshot.account, snapshot.post_id) == (Account(WORKSPACE, ACCOUNT), "7300")


def test_a_tombstone_is_neither_a_fact_nor_a_fault() -> None:
    batch = sort_records([record(value=None)], of_posts=True)
    assert (batch.snapshots, batch.refusals) == ((), ())


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (record(value=b""), "the value is not a JSON object"),
        (record(value=b"[1]"), "the value is not a JSON object"),
        (record(value=b'{"a":1'), "the value is not a JSON object"),
        (record(key=b"nobody"), "the key is not a UUID"),
        (record(key=b""), "the key is not a UUID"),
        (record(ce_workspaceid=None), "header ce_workspaceid is not a UUID"),
        (record(ce_subject=None), "header ce_subject, the post's id, is missing"),
        (record(ce_time=None), "header ce_time is missing"),
        (record(ce_time="yesterday"), "header ce_time is not a moment (RFC 3339)"),
    ],
)
def test_a_record_with_a_broken_envelope_is_refused_with_the_reason(broken: Record, reason: str) -> None:
    batch = sort_records([broken, record()], of_posts=True)
    assert [refusal.reason for refusal in batch.refusals] == [reason]
    assert len(batch.snapshots) == 1


def test_of_a_header_that_is_there_twice_the_first_counts() -> None:
    good = record()
    twice = replace(good, headers=(*good.headers, ("ce_subject", b"other")))
    assert [snapshot.post_id for snapshot in sort_records([twice], of_posts=True).snapshots] == ["7300"]


def test_touched_posts_come_in_portions_and_once_each() -> None:
    posts = [str(number) for number in range(MOST_POSTS_AT_ONCE + 200)]
    records = [record(ce_subject=post) for post in [*posts, *posts]]
    portions = list(touched_posts(Touches(sort_records(records, of_posts=True).snapshots)))
    assert [len(portion.posts) for portion in portions] == [MOST_POSTS_AT_ONCE, 200]
    assert sorted(post for portion in portions for post in portion.posts) == sorted(posts)


def test_a_portion_of_posts_of_as_many_accounts_fits_into_parameters_of_clickhouse() -> None:
    records = [record(ce_subject=f"{number:020}", key=str(UUID(int=number)).encode()) for number in range(2_000)]
    portion = next(touched_posts(Touches(sort_records(records, of_posts=True).snapshots)))
    accounts = ",".join(f"('{one.workspace_id}','{one.account_id}')" for one in portion.accounts)
    posts = ",".join(f"'{post}'" for post in portion.posts)
    assert len(portion.accounts) == MOST_POSTS_AT_ONCE
    assert max(len(accounts), len(posts)) < 128 * 1024


def test_touches_of_several_batches_are_their_union() -> None:
    other = str(UUID(int=3))
    batches = [
        [record(ce_subject="a", ce_time="2026-03-02T12:00:00.000Z"), record(ce_subject="b")],
        [record(ce_subject="b"), record(ce_subject="c", key=other.encode())],
    ]
    together = Touches()
    for batch in batches:
        together.add(Touches(sort_records(batch, of_posts=True).snapshots))
    mine, its = Account(WORKSPACE, ACCOUNT), Account(WORKSPACE, UUID(other))
    assert list(together.posts()) == [(mine, "a"), (mine, "b"), (its, "c")]
    assert together.observed == {mine: "2026-03-02T12:00:00.000Z", its: "2026-03-01T12:00:00.000Z"}


def test_touched_accounts_and_their_last_observation() -> None:
    records = [record(ce_time=f"2026-03-0{day}T12:00:00.000Z") for day in (2, 3, 1)]
    touches = Touches(sort_records(records, of_posts=False).snapshots)
    assert [portion.accounts for portion in touched_accounts(touches)] == [(Account(WORKSPACE, ACCOUNT),)]
    assert touches.observed == {Account(WORKSPACE, ACCOUNT): "2026-03-03T12:00:00.000Z"}
