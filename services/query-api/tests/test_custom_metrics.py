"""A workspace's book of metrics: what may be written into it, and what becomes of the rest."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from common.catalog import Unit, catalog
from common.catalog.formulas import written
from query_api.domain.custom_metrics import EMPTY, MOST_METRICS, Book, CustomMetric, expanded, taken_out, written_into
from query_api.domain.errors import BadInput, Conflict
from query_api.domain.formula import read_formula
from query_api.domain.resolved_metrics import resolved

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def metric(book: Book, number: int, slug: str, formula: str, unit: Unit = Unit.NUMBER) -> CustomMetric:
    return CustomMetric(
        metric_id=UUID(int=number),
        slug=slug,
        name=slug.title(),
        formula=read_formula(formula, known=book.names()),
        unit=unit,
        version=1,
        created_at=NOW,
        changed_at=NOW,
        changed_by="user:1",
    )


def book_of(**formulas: str) -> Book:
    book = EMPTY
    for number, (slug, formula) in enumerate(formulas.items(), start=1):
        book = written_into(book, metric(book, number, slug, formula))
    return book


def by_slug(book: Book) -> dict[str, CustomMetric]:
    return {one.slug: one for one in book.metrics.values()}


def changed(book: Book, slug: str, formula: str) -> Book:
    one = by_slug(book)[slug]
    tree = read_formula(formula, known=book.names())
    return written_into(book, replace(one, formula=tree, version=one.version + 1))


def test_a_metric_over_metrics_is_worked_out_from_the_catalogs_alone() -> None:
    book = book_of(rate="engagement / video_views", percent="rate * 100", index="percent - 50 / rate")
    index = resolved(book)[by_slug(book)["index"].column]
    assert index.meaning.startswith(
        "Engagement ÷ Video Views × 100 − 50 ÷ (Engagement ÷ Video Views). Over several rows: each part over the rows"
    )
    assert index.activity == index.published == index.growth
    assert index.current is None
    assert index.slug == f"custom_{UUID(int=3).hex}"
    assert "Views bought by advertising" in " ".join(index.caveats)


def test_no_change_closes_a_circle() -> None:
    book = book_of(a="engagement", b="a * 2", c="b + a")
    with pytest.raises(BadInput, match="a metric would be made of itself: a → c → b → a"):
        changed(book, "a", "c / 2")
    with pytest.raises(BadInput, match="a metric would be made of itself: b → b"):
        changed(book, "b", "b")


def test_a_change_of_meaning_raises_the_version_of_what_is_made_of_it() -> None:
    book = book_of(a="engagement", b="a * 2", c="b + 1", d="video_views")
    after = changed(book, "a", "engagement + video_views")
    assert {slug: one.version for slug, one in by_slug(after).items()} == {"a": 2, "b": 2, "c": 2, "d": 1}
    named = written_into(after, replace(by_slug(after)["a"], name="Renamed", version=3))
    assert {slug: one.version for slug, one in by_slug(named).items()} == {"a": 3, "b": 2, "c": 2, "d": 1}


def test_a_change_that_breaks_what_is_made_of_it_is_refused_and_names_it() -> None:
    book = book_of(a="engagement", b="a / followers")
    with pytest.raises(BadInput, match="B, which is made of it, would no longer hold: its parts are never known"):
        changed(book, "a", "post_reach")
    count = written_into(EMPTY, metric(EMPTY, 1, "a", "post_likes", Unit.COUNT))
    book = written_into(count, metric(count, 2, "b", "a + post_comments", Unit.COUNT))
    seconds = replace(
        by_slug(book)["a"], formula=read_formula("post_video_length", known=book.names()), unit=Unit.SECONDS
    )
    with pytest.raises(BadInput, match=r"B, which is made of it, .*: a and post_comments are counted in different"):
        written_into(book, seconds)


def test_formulas_that_grow_by_doubling_are_refused_before_they_are_too_large() -> None:
    doubling = {"m0": "engagement", **{f"m{n}": f"m{n - 1} + m{n - 1}" for n in range(1, 8)}}
    book = book_of(**doubling)
    with pytest.raises(BadInput, match="with the formulas of its parts it is too large"):
        written_into(book, metric(book, 99, "m8", "m7 + m7"))
    with pytest.raises(BadInput, match=r"M\d, which is made of it, would no longer hold: with the formulas"):
        changed(book, "m0", " + ".join(["applause"] * 30))


def test_what_is_deleted_leaves_its_formula_where_it_was_used() -> None:
    book = book_of(rate="engagement / video_views", index="100 * rate", other="index - 1")
    before = resolved(book)[by_slug(book)["other"].column].activity
    after = taken_out(book, by_slug(book)["rate"])
    assert sorted(by_slug(after)) == ["index", "other"]
    assert written(by_slug(after)["index"].formula) == "100 * (engagement / video_views)"
    assert resolved(after)[by_slug(after)["other"].column].activity == before


def test_slugs_are_told_apart_from_the_catalogs_and_from_each_other() -> None:
    book = book_of(rate="engagement / video_views")
    for slug, problem in (("followers", "always there"), ("custom_mine", "always there"), ("rate", "already")):
        with pytest.raises(BadInput, match=problem):
            written_into(book, metric(book, 2, slug, "engagement"))


def test_a_workspace_has_so_many_metrics_and_no_more() -> None:
    book = book_of(**{f"m{n}": "engagement" for n in range(MOST_METRICS)})
    assert changed(book, "m0", "applause")
    with pytest.raises(Conflict, match="delete one first"):
        written_into(book, metric(book, 999, "more", "engagement"))


def test_a_part_with_a_new_meaning_raises_the_metrics_version(monkeypatch: pytest.MonkeyPatch) -> None:
    book = book_of(rate="engagement / video_views")
    column = by_slug(book)["rate"].column
    assert resolved(book)[column].version == 1
    newer = {**catalog().metrics, "engagement": replace(catalog().metrics["engagement"], version=3)}
    monkeypatch.setattr("query_api.domain.resolved_metrics.catalog", lambda: replace(catalog(), metrics=newer))
    assert resolved(book)[column].version == 3


def test_a_book_is_read_as_what_it_says() -> None:
    book = book_of(rate="engagement / video_views")
    assert expanded(book, read_formula("RATE + custom_" + UUID(int=1).hex, known=book.names())) == expanded(
        book, read_formula("rate + rate", known=book.names())
    )
