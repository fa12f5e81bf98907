"""How a metric is computed: a closed union, interpreted in one place per side. Metrics are named by slug."""

from dataclasses import dataclass

from common.catalog.formulas import Expression, refs


@dataclass(frozen=True, slots=True)
class Count:
    """How many posts; with a metric, how many posts for which it is known."""

    metric: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A field added up over days, posts and accounts."""

    field: str


@dataclass(frozen=True, slots=True)
class Last:
    """A state: the last value known, added up over accounts, never over days."""

    field: str


@dataclass(frozen=True, slots=True)
class Unique:
    """People counted once within a post, or within an account's day: they add up over nothing."""

    field: str


@dataclass(frozen=True, slots=True)
class Part:
    """The number TikTok gives for one item of a breakdown. Over rows it stands alone, unless one of these is given.

    `weight`: over posts the mean weighted by this field. `daily`: the mean over days, added up over accounts.
    """

    field: str
    weight: str = ""
    daily: bool = False


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a field over posts."""

    field: str


@dataclass(frozen=True, slots=True)
class WeightedMean:
    """The mean of a field over posts, weighted by another, over the posts where both are known."""

    field: str
    weight: str


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of other metrics; missing where one of them is missing."""

    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """The sum of one metric over the sum of another, over the rows where both are known."""

    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class Median:
    """The median of a metric over the posts for which it is known; of two middle ones their mean."""

    metric: str


@dataclass(frozen=True, slots=True)
class Formula:
    """Arithmetic over metrics, each taken over the rows where all of them are known; divided by 0 it is missing."""

    expression: Expression


Quotient = Ratio | WeightedMean | Mean


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two sums that a quotient divides, over the rows where both are known: it adds up where that does not.

    For readers that group rows themselves; no metric of the catalog is one.
    """

    quotient: Quotient
    lower: bool


@dataclass(frozen=True, slots=True)
class Term:
    """One metric of a formula, over the rows where all of the formula's are known. For readers like those of `Half`."""

    metric: str
    formula: Formula


Measure = Count | Sum | Last | Unique | Part | Mean | WeightedMean | Total | Ratio | Median | Formula | Half | Term


def fields_read(measure: Measure) -> tuple[str, ...]:
    """The fields a measure names itself, not those of the metrics it is made of."""
    match measure:
        case Sum(field) | Last(field) | Unique(field) | Mean(field):
            return (field,)
        case Part(field, weight):
            return (field, weight) if weight else (field,)
        case WeightedMean(field, weight):
            return (field, weight)
        case Half(quotient):
            return fields_read(quotient)
        case Count() | Total() | Ratio() | Median() | Formula() | Term():
            return ()


def metrics_read(measure: Measure) -> tuple[str, ...]:
    """The metrics a measure is made of."""
    match measure:
        case Total(metrics):
            return metrics
        case Ratio(numerator, denominator):
            return (numerator, denominator)
        case Median(metric) | Count(metric):
            return (metric,) if metric else ()
        case Formula(expression) | Term(_, Formula(expression)):
            return refs(expression)
        case Half(quotient):
            return metrics_read(quotient)
        case Sum() | Last() | Unique() | Part() | Mean() | WeightedMean():
            return ()
