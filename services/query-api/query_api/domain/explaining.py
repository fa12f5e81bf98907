"""How each number of an answer is got, in the catalog's words, and what it rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.catalog import Attribution, Grain, Metric, Rollup, catalog, measure_over
from common.catalog.wording import address, fields_behind, formula, limits, rolls_up
from query_api.domain.planning import attribution_of
from query_api.domain.question import Question

_GRAINS = {
    Rollup.ACCOUNT_DAY: Grain.PROFILE_DAY,
    Rollup.AUDIENCE_DAY: Grain.PROFILE_DAY,
    Rollup.POST_LATEST: Grain.POST,
    Rollup.POST_BREAKDOWNS: Grain.POST,
    Rollup.POST_DAY: Grain.POST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`rows` of the rollup, made from so many `observations` of TikTok's answers."""

    rollup: Rollup
    rows: int
    observations: int
    first_observed_at: datetime | None
    last_observed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    metric: str
    meaning: str
    formula: str
    rolls_up: str
    tiktok_fields: tuple[str, ...]
    """Where TikTok gives them."""
    attribution: Attribution
    version: int
    caveats: tuple[str, ...]
    differs: str
    evidence: Evidence


def explained(question: Question, evidence: Sequence[Evidence]) -> tuple[Explanation, ...]:
    """In the order of the columns; `evidence` is in that of the readings."""
    found = dict(_explained(question, evidence))
    return tuple(found[metric.slug] for metric in question.metrics)


def _explained(question: Question, evidence: Sequence[Evidence]) -> Iterator[tuple[str, Explanation]]:
    for reading, behind in zip(question.readings, evidence, strict=True):
        for metric in reading.metrics:
            yield metric.slug, _explanation(metric, behind)


def _explanation(metric: Metric, behind: Evidence) -> Explanation:
    measure = measure_over(metric, behind.rollup)
    fields = fields_behind(catalog(), measure, _GRAINS[behind.rollup])
    return Explanation(
        metric=metric.slug,
        meaning=metric.meaning,
        formula=formula(catalog(), measure),
        rolls_up=rolls_up(measure),
        tiktok_fields=tuple(address(field) for field in fields),
        attribution=attribution_of(behind.rollup),
        version=metric.version,
        caveats=(*metric.caveats, *limits(catalog(), metric)),
        differs=metric.differs,
        evidence=behind,
    )
