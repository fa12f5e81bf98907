"""Catalog fields as ClickHouse columns. A table of facts has one Nullable column per field; null is never zero."""

from collections.abc import Mapping

from common.catalog.model import Field, Grain, Kind
from common.catalog.registry import catalog

_TYPES: Mapping[Kind, str] = {
    Kind.INTEGER: "Nullable(Int64)",
    Kind.NUMBER: "Nullable(Float64)",
    Kind.TEXT: "Nullable(String)",
    Kind.FLAG: "Nullable(Bool)",
    Kind.EPOCH_SECONDS: "Nullable(Int64)",
}
# What the number beside a label becomes in a rollup's map.
_NUMBERS: Mapping[Kind, str] = {Kind.INTEGER: "Int64", Kind.NUMBER: "Float64"}


def fact_columns(grain: Grain) -> dict[str, str]:
    """Column name → ClickHouse type of every field of `grain` that is one value.

    Breakdowns (audiences, traffic sources, curves) are lists and have tables of their own.
    """
    return {field.name: _TYPES[field.kind] for field in scalar_fields(grain)}


def list_columns(grain: Grain) -> dict[str, str]:
    """Column name → ClickHouse type of every breakdown of `grain` in facts: TikTok's list as it wrote it (ADR 9)."""
    return {field.name: "Nullable(String)" for field in breakdowns(grain)}


def map_columns(grain: Grain) -> dict[str, str]:
    """Column name → ClickHouse type of every breakdown of `grain` in rollups: label → number, empty if unknown."""
    return {field.name: f"Map(LowCardinality(String), {number_type(field)})" for field in breakdowns(grain)}


def number_type(field: Field) -> str:
    """ClickHouse's type of the number in an item of a breakdown."""
    (_, kind) = field.parts[1]
    return _NUMBERS[kind]


def growth_columns() -> dict[str, str]:
    """Column name → ClickHouse type of every counter of a post: what grows from day to day (ADR 8)."""
    counts = (field for field in scalar_fields(Grain.POST) if field.kind in (Kind.INTEGER, Kind.NUMBER))
    return {field.name: _TYPES[field.kind] for field in counts if not field.is_state}


def scalar_fields(grain: Grain) -> tuple[Field, ...]:
    return tuple(field for field in catalog().fields_of(grain) if field.kind is not Kind.BREAKDOWN)


def breakdowns(grain: Grain) -> tuple[Field, ...]:
    return tuple(field for field in catalog().fields_of(grain) if field.kind is Kind.BREAKDOWN)
