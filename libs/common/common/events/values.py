"""TikTok's values inside snapshots: checked against the catalog, with its types in the JSON Schema."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, cast

from pydantic import (
    AfterValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from common.catalog.model import Field as CatalogField
from common.catalog.model import Grain, Kind
from common.catalog.registry import catalog

# ClickHouse's Int64: it would take a larger number and wrap it without a word.
_INTEGER_LIMIT = 2**63 - 1

_NUMBERS: Mapping[Kind, tuple[type, ...]] = {Kind.INTEGER: (int,)}
_LABELS = (str, int)

Scalar = str | int | float | bool | None
Value = Scalar | list[dict[str, Scalar]]
Values = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadValues:
    """Raw values read against the catalog: None = asked, not given; names given but unusable; what is unknown."""

    values: Values
    dropped: tuple[str, ...]
    extra: Mapping[str, object]


class _Checked(dict[str, Value]):
    """Values of `grain` that were checked one by one: an event is made of them without a second check."""

    __slots__ = ("grain",)
    grain: Grain


def read_values(grain: Grain, raw: Mapping[str, object]) -> ReadValues:
    """Read one object of TikTok's answer. An unusable value becomes None and is named; the others stay."""
    adapters = _adapters(grain)
    values = _Checked()
    values.grain = grain
    dropped: list[str] = []
    for name, adapter in adapters.items():
        value = raw.get(name)
        try:
            # Not by the adapter itself, and nothing for null: most of what is collected goes through here.
            values[name] = None if value is None else adapter.validator.validate_python(value)
        except ValidationError:
            values[name] = None
            dropped.append(name)
    extra = {name: value for name, value in raw.items() if name not in adapters and name != "date"}
    return ReadValues(values=values, dropped=tuple(dropped), extra=extra)


def as_extra(objects: Iterable[tuple[str, Mapping[str, object]]]) -> str:
    """Fields nobody knows yet as one JSON text, by where they stood; `{}` when there are none."""
    return json.dumps({place: dict(extra) for place, extra in objects if extra}, sort_keys=True)


@dataclass(frozen=True, slots=True)
class ValuesOf:
    """Annotation: a mapping with the fields of a grain, each null or of its kind and range."""

    grain: Grain

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> JsonSchemaValue:
        properties = {name: adapter.json_schema() for name, adapter in _adapters(self.grain).items()}
        return {"type": "object", "properties": properties, "additionalProperties": True}

    def _check(self, given: object, read: ValidatorFunctionWrapHandler) -> Values:
        if isinstance(given, _Checked) and given.grain is self.grain:
            return given
        adapters, values = _adapters(self.grain), read(given)
        return {name: adapters[name].validate_python(value) for name, value in values.items() if name in adapters}


ProfileValues = Annotated[Values, ValuesOf(Grain.PROFILE)]
ProfileDayValues = Annotated[Values, ValuesOf(Grain.PROFILE_DAY)]
PostValues = Annotated[Values, ValuesOf(Grain.POST)]


@cache
def _adapters(grain: Grain) -> Mapping[str, TypeAdapter[Value]]:
    return {field.name: _adapter(field) for field in catalog().fields_of(grain)}


def _adapter(field: CatalogField) -> TypeAdapter[Value]:
    return TypeAdapter(cast("type[Value]", _TYPES[field.kind](field)))


def _integer(field: CatalogField) -> object:
    lowest = -_INTEGER_LIMIT if field.minimum is None else int(field.minimum)
    return Annotated[int, Field(ge=lowest, le=_INTEGER_LIMIT, strict=True)] | None


def _number(field: CatalogField) -> object:
    lowest = -math.inf if field.minimum is None else field.minimum
    highest = math.inf if field.maximum is None else field.maximum
    return Annotated[float, Field(ge=lowest, le=highest, allow_inf_nan=False, strict=True)] | None


def _epoch_seconds(_: CatalogField) -> object:
    # TikTok writes these as text; the earliest is its own beginning, the latest what a DateTime of ClickHouse holds.
    return Annotated[int, Field(ge=1_400_000_000, le=4_294_967_295)] | None


def _breakdown(field: CatalogField) -> object:
    (label, _), (number, kind) = field.parts
    # By type, not by instance: bool is an int.
    numbers = _NUMBERS.get(kind, (int, float))

    def check(items: list[dict[str, Scalar]]) -> list[dict[str, Scalar]]:
        for item in items:
            if label not in item or number not in item:
                raise ValueError(f"an item of {field.name} lacks one of {label}, {number}")
            share = item[number]
            is_number = isinstance(share, int | float) and type(share) in numbers and 0 <= share <= _INTEGER_LIMIT
            if not (share is None or is_number) or type(item[label]) not in _LABELS:
                raise ValueError(f"an item of {field.name} is not a {label} with a {number} of 0 or more")
        return items

    return Annotated[list[dict[str, Scalar]], AfterValidator(check)] | None


def _text(_: CatalogField) -> object:
    return Annotated[str, Field(strict=True)] | None


def _flag(_: CatalogField) -> object:
    return Annotated[bool, Field(strict=True)] | None


_TYPES: Mapping[Kind, Callable[[CatalogField], object]] = {
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.EPOCH_SECONDS: _epoch_seconds,
    Kind.BREAKDOWN: _breakdown,
}
