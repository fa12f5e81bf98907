"""The text of a formula: what it may say, why it may not, and what its result is counted in."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.catalog import Unit, catalog
from common.catalog.formulas import Expression, MetricRef, Negate, Number, Operation, Sign, written
from query_api.domain.errors import BadInput
from query_api.domain.formula import BadFormula, read_formula
from query_api.domain.formula_figures import figures_of, refuse_without_figures
from query_api.domain.formula_units import fitting_units, unit_for

KNOWN = {slug: slug for slug in catalog().metrics}


def read(text: str) -> Expression:
    return read_formula(text, known=KNOWN)


def unit_of(slug: str) -> Unit:
    return catalog().metrics[slug].unit


SLUGS = st.sampled_from(["engagement", "video_views", "followers"])
NUMBERS = st.floats(0, 1e15, allow_nan=False) | st.integers(0, 10**15).map(float)
FORMULAS = st.recursive(
    SLUGS.map(MetricRef) | NUMBERS.map(Number),
    lambda inner: st.builds(Negate, inner) | st.builds(Operation, st.sampled_from(Sign), inner, inner),
    max_leaves=12,
).filter(lambda tree: "engagement" in written(tree) and len(written(tree)) <= 500)


@given(FORMULAS)
def test_what_is_written_is_read_back_as_the_same(tree: Expression) -> None:
    assert read(written(tree)) == tree


def test_operations_bind_as_in_school() -> None:
    assert written(read("(Engagement) / post_video_views*100 - -(followers+.5)")) == (
        "engagement / post_video_views * 100 - -(followers + 0.5)"
    )


@pytest.mark.parametrize(
    ("text", "position", "problem", "remedy"),
    [
        ("engagment / followers", 0, "there is no metric 'engagment'", "did you mean engagement"),
        ("engagement / folowers", 13, "there is no metric 'folowers'", "did you mean followers"),
        ("engagement / qqqqqqq", 13, "there is no metric 'qqqqqqq'", "GET /v1/metrics"),
        ("2 * round(engagement, 2)", 10, "there is no function 'round'", "a metric is already put together"),
        ("2 * gibberish(engagement)", 14, "there is no function 'gibberish'", "made of metrics"),
        ("sum(engagement) / followers", 4, "there is no function 'sum'", "already put together"),
        ("engagement % 2", 0, "'engagement % 2' is no arithmetic", "made of metrics"),
        ("a.engagement", 0, "is no arithmetic", "made of metrics"),
        ("engagement followers", 0, "is no arithmetic", "made of metrics"),
        ("(select engagement)", 8, "is no arithmetic", "made of metrics"),
        ("engagement / 'x'", 13, '"\'" means nothing in a formula', "made of metrics"),
        ("engagement; drop", 10, "';' means nothing", "made of metrics"),
        ("engagement --followers", 11, "'--' would begin a comment", "a space"),
        ("engagement /* x */ + 1", 11, "'/*' would begin a comment", "a space"),
        ("engagement /", 11, "it cannot be read on behind '/'", "an operand"),
        ("(engagement", 10, "it cannot be read on behind 'engagement'", "parenthesis"),
        ("engagement, followers", 10, "it cannot be read on behind ','", "one is too many"),
        ("2 * 50", None, "it names no metric", "such as engagement / post_video_views * 100"),
        ("", None, "it is empty", "such as engagement / post_video_views * 100"),
        ("engagement * 1e400", None, "1e400 is too large a number", "the largest is 1e+15"),
        ("engagement * 9" + "9" * 400, None, "is too large a number", "the largest"),
        ("engagement" + " + engagement" * 40, None, "it has 530 characters, the most is 500", "a metric of its own"),
        ("(" * 41 + "engagement" + ")" * 41, None, "nested too deep", "a metric of its own"),
        ("- " * 240 + "engagement", None, "nested too deep", "a metric of its own"),
        ("+".join(["likes"] * 50).replace("likes", "favorites"), None, "nested too deep", "a metric of its own"),
        ("-".join(["engagement"] * 40), None, "it has 517 characters", "a metric of its own"),
        ("DROP TABLE engagement", 11, "is no arithmetic", "made of metrics"),
    ],
)
def test_what_is_no_formula_is_refused_with_the_place_and_what_to_do(
    text: str, position: int | None, problem: str, remedy: str
) -> None:
    with pytest.raises(BadFormula) as refused:
        read(text)
    assert refused.value.position == position
    assert problem in refused.value.problem
    assert remedy in refused.value.remedy
    assert ("at character" in refused.value.problem) == (position is not None)


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["engagement", "(", ")", "-", "+", "/", "*", "1", " ", "not "]), max_size=60).map(
        "".join
    )
)
def test_any_text_is_a_formula_or_is_refused(text: str) -> None:
    try:
        tree = read(text)
    except BadInput:
        return
    assert read(written(tree)) == tree


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("engagement / post_video_views", [Unit.NUMBER, Unit.SHARE, Unit.PERCENT]),
        ("engagement / post_video_views * 100", [Unit.NUMBER, Unit.SHARE, Unit.PERCENT]),
        ("post_likes + 2 * post_comments + 1", [Unit.COUNT, Unit.NUMBER]),
        ("post_total_play_time / post_video_views", [Unit.SECONDS, Unit.NUMBER]),
        ("-post_video_length * 2", [Unit.SECONDS, Unit.NUMBER]),
        ("post_average_watch_time / post_video_length", [Unit.NUMBER, Unit.SHARE, Unit.PERCENT]),
        ("post_completion_rate + 0.1", [Unit.NUMBER, Unit.SHARE, Unit.PERCENT]),
        ("post_likes * post_likes", [Unit.NUMBER]),
        ("post_likes + post_video_length", [Unit.NUMBER]),
    ],
)
def test_the_unit_follows_from_the_parts(text: str, units: list[Unit]) -> None:
    assert list(fitting_units(read(text), unit_of)) == units
    assert unit_for(read(text), unit_of, declared=None) is units[0]
    assert unit_for(read(text), unit_of, declared=Unit.NUMBER) is Unit.NUMBER


def test_a_unit_that_does_not_follow_is_refused_with_one_that_does() -> None:
    with pytest.raises(BadInput, match="share does not follow from the parts; declare it as count or number"):
        unit_for(read("post_likes * 2"), unit_of, declared=Unit.SHARE)
    unlike = "count does not follow from the parts: post_likes and post_video_length are counted in different units"
    with pytest.raises(BadInput, match=unlike):
        unit_for(read("post_likes + post_video_length"), unit_of, declared=Unit.COUNT)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("engagement / followers", {"activity"}),
        ("engagement / post_video_views", {"published", "growth"}),
        ("engagement / video_views", {"activity", "published", "growth"}),
        ("median_engagement_per_post * 2", {"published"}),
        ("engagement / post_reach", {"published"}),
    ],
)
def test_a_formula_has_the_figures_that_all_of_its_parts_have(text: str, by: set[str]) -> None:
    refuse_without_figures(read(text))
    assert figures_of(read(text)) == by


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("post_reach / followers", "post_reach by published; followers by activity, current"),
        ("videos_count / following_count", "videos_count by current; following_count by current"),
        ("retention * 2", "retention is a breakdown, each item of which stands alone"),
        ("engagement * active_followers", "active_followers is a breakdown"),
    ],
)
def test_parts_that_are_never_known_of_the_same_rows_are_refused(text: str, why: str) -> None:
    with pytest.raises(BadFormula, match=re.escape(why)):
        refuse_without_figures(read(text))
