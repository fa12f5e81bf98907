"""Orders and cursors."""

import base64
import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.catalog import Kind, catalog
from query_api.domain.columns import columns_of
from query_api.domain.errors import BadInput
from query_api.domain.paging import Cursor, Sort, Value, limit_of, read_cursor, sort_of, write_cursor

NOBODY = str(UUID(int=0))
POSTS = columns_of(catalog().columns(catalog().widgets["post_explorer"]))
VALUES: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.ID: st.uuids().map(str),
    Kind.TEXT: st.text(),
    Kind.TIMESTAMP: st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat() + "Z"),
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.NUMBER: st.floats(allow_nan=False, allow_infinity=False),
}


def order(name: str) -> Sort:
    return sort_of(name, columns=POSTS, ties=("account_id", "post_id"))


@given(data=st.data(), ties=st.tuples(st.uuids().map(str), st.text()))
def test_a_cursor_comes_back_as_it_was_written(data: st.DataObject, ties: tuple[str, str]) -> None:
    sort = order(data.draw(st.sampled_from(["", "-"])) + data.draw(st.sampled_from(POSTS)).name)
    cursor = Cursor(value=data.draw(st.none() | VALUES[sort.column.kind]), ties=ties)
    assert read_cursor(write_cursor(cursor, sort=sort), sort=sort) == cursor


@given(text=st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_other_text_is_refused_and_never_breaks(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_cursor(text, sort=order("-post_likes"))
    assert refused.value.parameter == "cursor"


@pytest.mark.parametrize(
    ("sort", "value", "tie"),
    [
        ("post_likes", "ten", "1"),
        ("post_likes", True, "1"),
        ("post_likes", 2**63, "1"),
        ("post_likes", 1.5, "1"),
        ("post_completion_rate", "nan", "1"),
        ("post_completion_rate", 10**400, "1"),
        ("published_at", "yesterday", "1"),
        ("account_id", "nobody", "1"),
        ("caption", 5, "1"),
        ("caption", "\ud800", "1"),
        ("caption", ["a"], "1"),
        ("caption", "a", 1),
    ],
)
def test_a_forged_cursor_of_the_wrong_type_is_refused(sort: str, value: object, tie: object) -> None:
    forged = base64.urlsafe_b64encode(json.dumps([sort, value, NOBODY, tie]).encode()).decode()
    with pytest.raises(BadInput, match="cursor"):
        read_cursor(forged, sort=order(sort))


def test_a_cursor_of_another_order_is_refused_by_both_names() -> None:
    cursor = write_cursor(Cursor(value=5, ties=(NOBODY, "1")), sort=order("post_likes"))
    with pytest.raises(BadInput, match="sort=post_likes, the request says sort=-post_likes"):
        read_cursor(cursor, sort=order("-post_likes"))


def test_an_unknown_column_is_answered_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="post_video_views"):
        order("-views")
    with pytest.raises(BadInput):
        order("--post_likes")


@pytest.mark.parametrize("number", [0, -1, 501, 10**30])
def test_a_limit_outside_1_to_500_is_refused(number: int) -> None:
    with pytest.raises(BadInput, match="from 1 to 500"):
        limit_of(number, default=50)


def test_a_missing_limit_is_the_default() -> None:
    assert limit_of(None, default=50) == 50
    assert limit_of(None, default=None) is None
    assert limit_of(500, default=50) == 500


def test_an_order_writes_as_it_reads() -> None:
    assert str(order("-published_at")) == "-published_at"
    assert str(order("account_id")) == "account_id"
