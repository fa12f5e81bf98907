"""What a post's labels become by a change, and where those of ended labels go: pure."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.events import LabelKind
from query_api.domain.labels import Label, final
from query_api.domain.post_labels import Change, PostLabels, PostRef, unmarked

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
A, B, C = (UUID(int=number) for number in (1, 2, 3))


def label(label_id: UUID, kind: LabelKind = LabelKind.LABEL, into: UUID | None = None) -> Label:
    return Label(
        label_id=label_id,
        workspace_id=UUID(int=9),
        kind=kind,
        name=str(label_id),
        changed_at=NOW,
        ended_at=NOW,
        into=into,
    )


def post(*ids: UUID, kept_off: tuple[UUID, ...] = ()) -> PostLabels:
    blank = unmarked(UUID(int=9), PostRef(UUID(int=8), "p1"), "tiktok", NOW)
    return blank.model_copy(update={"label_ids": ids, "kept_off": kept_off, "revision": 1})


LABELS = st.lists(st.sampled_from([label(A), label(B), label(C, LabelKind.PLAN)]), unique=True)


@given(start=LABELS, add=LABELS, remove=LABELS)
def test_a_change_made_twice_is_made_once(start: list[Label], add: list[Label], remove: list[Label]) -> None:
    before = post().changed(Change(add=tuple(start)), NOW)
    change = Change(add=tuple(one for one in add if one not in remove), remove=tuple(remove))
    once = before.changed(change, NOW)
    assert once.changed(change, NOW) is once
    expected = ({one.label_id for one in start} | {one.label_id for one in change.add}) - change.removed
    assert set(once.ids) == expected
    assert once.revision - before.revision == (set(before.ids) != expected)
    assert not set(once.kept_off) & set(once.ids)


def test_a_rule_gives_nothing_a_person_took_off() -> None:
    taken_off = post(A).changed(Change(remove=(label(A),)), NOW)
    assert taken_off.kept_off == (A,)
    by_rule = Change(add=(label(A), label(B)), by_rule=True)
    assert taken_off.changed(by_rule, NOW).ids == (B,)
    back = taken_off.changed(Change(add=(label(A),)), NOW)
    assert (back.ids, back.kept_off) == ((A,), ())
    never_had = post().changed(Change(remove=(label(A),)), NOW)
    assert never_had.changed(by_rule, NOW).ids == (A, B)


@pytest.mark.parametrize(
    ("before", "into", "ids", "kept_off"),
    [
        (post(A), B, (B,), ()),
        (post(A, B), B, (B,), ()),
        (post(A, kept_off=(B,)), B, (B,), ()),
        (post(kept_off=(A,)), B, (), (B,)),
        (post(B, kept_off=(A,)), B, (B,), ()),
        (post(A, B), None, (B,), ()),
        (post(kept_off=(A,)), None, (), ()),
    ],
)
def test_an_ended_label_leaves_the_one_it_went_into(
    before: PostLabels, into: UUID | None, ids: tuple[UUID, ...], kept_off: tuple[UUID, ...]
) -> None:
    after = before.without(A, into, NOW)
    assert (after.ids, after.kept_off, after.revision) == (ids, kept_off, 2)


def test_a_clock_that_goes_back_turns_no_order_around() -> None:
    later = post().changed(Change(add=(label(A),)), NOW + timedelta(hours=1))
    assert later.changed(Change(add=(label(B),)), NOW).changed_at == later.changed_at


def test_posts_follow_a_label_through_all_merges_and_end_where_it_was_deleted() -> None:
    ended = {A: label(A, into=B), B: label(B, into=C)}
    assert final(A, ended) == C
    assert final(A, {**ended, C: label(C)}) is None
    assert final(A, {A: label(A, into=B), B: label(B, into=A)}) is None
    assert final(C, ended) == C
