"""Ways to keep the columns of facts: which codec, or which type, for which kind of column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from common.catalog import Kind, catalog

_LISTS = frozenset(field.name for field in catalog().fields if field.kind is Kind.BREAKDOWN)


class Group(StrEnum):
    IDS = "ids"
    MOMENTS = "moments"
    INTEGERS = "integers"
    NUMBERS = "numbers"
    TEXTS = "texts"
    LISTS = "lists"
    """Breakdowns, as TikTok wrote them."""
    WORDS = "words"
    """What has few values: flags, and texts that are LowCardinality already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as the migrations made it."""

    table: str
    name: str
    type: str
    default: str
    codec: str
    is_key: bool

    @property
    def group(self) -> Group:
        if self.name in _LISTS:
            return Group.LISTS
        if self.is_key and "String" in self.type and "LowCardinality" not in self.type:
            return Group.IDS
        return next((group for word, group in _WORDS if word in self.type), Group.TEXTS)


_WORDS = (
    ("UUID", Group.IDS),
    ("Date", Group.MOMENTS),
    ("Int64", Group.INTEGERS),
    ("Float64", Group.NUMBERS),
    ("LowCardinality", Group.WORDS),
    ("Bool", Group.WORDS),
)
_INTEGERS = (Group.MOMENTS, Group.INTEGERS)
_ALL_ZSTD = dict.fromkeys(Group, "ZSTD(1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`codecs` by group, `LZ4` where none is named; without any, the columns are as the migrations made them."""

    name: str
    codecs: Mapping[Group, str]
    few_values: bool = False
    """Texts become LowCardinality."""

    def changes(self, column: Column) -> str:
        """The column anew, as ALTER TABLE takes it."""
        kind = column.type
        if self.few_values and column.group is Group.TEXTS:
            kind = f"LowCardinality({kind})"
        codec = f"CODEC({self.codecs.get(column.group, 'LZ4')})" if self.codecs else column.codec or "CODEC(Default)"
        return " ".join(filter(None, (f"MODIFY COLUMN `{column.name}` {kind}", column.default, codec)))


PLAIN = Candidate(name="LZ4", codecs={Group.IDS: "LZ4"})
MIGRATED = Candidate(name="as migrated", codecs={})


def _over_zstd(name: str, integers: str, numbers: str) -> Candidate:
    codecs = {**_ALL_ZSTD, **dict.fromkeys(_INTEGERS, f"{integers}, ZSTD(1)"), Group.NUMBERS: f"{numbers}, ZSTD(1)"}
    return Candidate(name=name, codecs=codecs)


def candidates() -> Iterator[Candidate]:
    yield PLAIN
    yield MIGRATED
    yield Candidate(name="ZSTD(1)", codecs=_ALL_ZSTD)
    yield Candidate(name="ZSTD(3)", codecs=dict.fromkeys(Group, "ZSTD(3)"))
    yield _over_zstd("Delta; FPC, ZSTD(1)", "Delta", "FPC")
    yield _over_zstd("DoubleDelta; Gorilla, ZSTD(1)", "DoubleDelta", "Gorilla")
    yield Candidate(name="T64, ZSTD(1)", codecs={**_ALL_ZSTD, **dict.fromkeys(_INTEGERS, "T64, ZSTD(1)")})
    yield Candidate(name="LowCardinality, ZSTD(1)", codecs=_ALL_ZSTD, few_values=True)
