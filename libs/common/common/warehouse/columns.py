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


def fact_columns(grain: Grain) -> dict[str, str]:
    """Column name → ClickHouse type of every field of `grain` that is one value.

    Breakdowns (audiences, traffic sources, curves) are lists and have tables of their own.
    """
    return {field.name: _TYPES[field.kind] for field in scalar_fields(grain)}


def scalar_fields(grain: Grain) -> tuple[Field, ...]:
    return tuple(field for field in catalog().fields_of(grain) if field.kind is not Kind.BREAKDOWN)
