"""TikTok's values inside snapshots: checked against the catalog, with its types in the JSON Schema."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Annotated, cast

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, SchemaValidator, core_schema, to_json

from common.catalog.model import Field as CatalogField
from common.catalog.model import Grain, Kind
from common.catalog.registry import catalog

# ClickHouse's Int64: it would take a larger number and wrap it without a word.
_INTEGER_LIMIT = 2**63 - 1

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
    values = _Checked(_reader(grain).validate_python(raw))
    values.grain = grain
    dropped = tuple(name for name, value in values.items() if value is None and raw.get(name) is not None)
    extra = {name: value for name, value in raw.items() if name not in values and name != "date"}
    return ReadValues(values=values, dropped=dropped, extra=extra)


def as_extra(objects: Iterable[tuple[str, Mapping[str, object]]]) -> str:
    """Fields nobody knows yet as one JSON text, by where they stood; `{}` when there are none."""
    places = {place: dict(extra) for place, extra in objects if extra}
    if not places:
        return "{}"
    # JSON knows no number above 1.8e308: such a one is kept as a text.
    return json.dumps(json.loads(to_json(places, inf_nan_mode="strings")), sort_keys=True)


@dataclass(frozen=True, slots=True)
class ValuesOf:
    """Annotation: a mapping with the fields of a grain, each null or of its kind and range."""

    grain: Grain

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        # What was checked is JSON's own types, so nothing needs to be found out about them when they are written.
        written = core_schema.simple_ser_schema("any")
        return core_schema.no_info_wrap_validator_function(self._check, handler(source), serialization=written)

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
def _reader(grain: Grain) -> SchemaValidator:
    """Reads all values of a grain in one go: most of what is collected goes through here."""
    fields = {name: _or_none(adapter.core_schema) for name, adapter in _adapters(grain).items()}
    return SchemaValidator(core_schema.typed_dict_schema(fields, extra_behavior="ignore"))


def _or_none(value: CoreSchema) -> core_schema.TypedDictField:
    reading = core_schema.with_default_schema(value, default=None, on_error="default")
    return core_schema.typed_dict_field(reading, required=False)


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
    return Annotated[list[dict[str, Scalar]], _ItemsOf(label, number, kind)] | None


def _text(_: CatalogField) -> object:
    return Annotated[str, Field(strict=True)] | None


def _flag(_: CatalogField) -> object:
    return Annotated[bool, Field(strict=True)] | None


@dataclass(frozen=True, slots=True)
class _ItemsOf:
    """Annotation: each item has its label and its number of 0 or more, null where it was not given."""

    label: str
    number: str
    kind: Kind

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        # Most of a post is such items: they are looked at in place, not copied one by one.
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(TypeAdapter(list[dict[str, Scalar]]).core_schema)

    def _checked(self, items: object) -> object:
        if type(items) is not list:
            raise ValueError("not a list")
        label, number, numbers = self.label, self.number, _COUNTS[self.kind]
        for item in items:
            try:
                share = item[number]
                usable = type(item[label]) in _LABELS and (
                    share is None or (type(share) in numbers and 0 <= share <= _INTEGER_LIMIT)
                )
            except (TypeError, KeyError):
                raise ValueError(f"an item lacks one of {label}, {number}") from None
            if not usable or (len(item) > _PARTS and not all(type(part) in _SCALARS for part in item.values())):
                raise ValueError(f"an item is not a {label} with a {number} of 0 or more")
        return items


# By type, not by instance: bool is an int.
_LABELS, _SCALARS, _PARTS = (str, int), (str, int, float, bool, NoneType), 2
_COUNTS: Mapping[Kind, tuple[type, ...]] = {Kind.INTEGER: (int,), Kind.NUMBER: (float, int)}

_TYPES: Mapping[Kind, Callable[[CatalogField], object]] = {
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.EPOCH_SECONDS: _epoch_seconds,
    Kind.BREAKDOWN: _breakdown,
}
