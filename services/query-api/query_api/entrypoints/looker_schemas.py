"""Looker Studio's own JSON: what its connector sends and wants back."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from common.events import SAMPLE_ACCOUNT_ID
from query_api.domain.looker.asking import FieldAsked, FilterAsked, RowsAsked
from query_api.domain.looker.config import SAMPLE, Option, Parameter, table_of
from query_api.domain.looker.fields import LookerField
from query_api.domain.looker.tables import TABLES


class _Request(BaseModel):
    """Looker Studio adds members as it grows: what we do not know is not ours to refuse."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class ConfigParams(BaseModel):
    """The person's answers to the steps."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    hub: str | None = Field(None, description="`user` or `sample`.")
    account_ids: str | list[str] | None = Field(None, description="Separated by commas; none is all.")
    table: str | None = Field(None, description="A table of the second step.")

    @property
    def accounts(self) -> tuple[str, ...] | None:
        texts = self.account_ids.split(",") if isinstance(self.account_ids, str) else self.account_ids or ()
        return tuple(text.strip() for text in texts if text.strip()) or None


class ConfigRequest(_Request):
    language_code: str | None = None
    config_params: ConfigParams = ConfigParams()


class SchemaRequest(_Request):
    config_params: ConfigParams = ConfigParams()


class Range(_Request):
    start_date: date = Field(description="Included.")
    end_date: date = Field(description="Included.")


class RequestedField(_Request):
    name: str
    for_filter_only: bool = False


class RequestedFilter(_Request):
    field_name: str
    operator: str
    values: list[str] = []
    type: Literal["INCLUDE", "EXCLUDE"] = "INCLUDE"


class ScriptParams(_Request):
    sample_extraction: bool = False
    last_refresh: str | None = None


class DataRequest(_Request):
    config_params: ConfigParams = ConfigParams()
    script_params: ScriptParams = ScriptParams()
    date_range: Range | None = None
    fields: list[RequestedField] = Field(min_length=1, max_length=200)
    dimensions_filters: list[list[RequestedFilter]] = Field([], description="An AND of ORs.")

    def asked(self) -> RowsAsked:
        return RowsAsked(
            table=TABLES[table_of(self.config_params.table)],
            fields=tuple(FieldAsked(name=one.name, for_filter_only=one.for_filter_only) for one in self.fields),
            filters=tuple(tuple(map(_filter, clause)) for clause in self.dimensions_filters),
            accounts=self.config_params.accounts if self.config_params.hub != SAMPLE else (str(SAMPLE_ACCOUNT_ID),),
            start=self.date_range.start_date if self.date_range else None,
            end=self.date_range.end_date if self.date_range else None,
        )


def _filter(one: RequestedFilter) -> FilterAsked:
    return FilterAsked(
        field=one.field_name, operator=one.operator, values=tuple(one.values), excludes=one.type == "EXCLUDE"
    )


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True)


class AuthAnswer(_Answer):
    valid: Literal[True] = True
    accounts: int = Field(description="How many accounts the key may read.")


class OptionAnswer(_Answer):
    label: str
    value: str


class ParameterControl(_Answer):
    allow_override: bool


class ParameterAnswer(_Answer):
    type: str
    name: str
    display_name: str | None = None
    help_text: str | None = None
    text: str | None = None
    options: list[OptionAnswer] | None = None
    is_dynamic: bool | None = None
    parameter_control: ParameterControl | None = None


class ConfigAnswer(_Answer):
    config_params: list[ParameterAnswer]
    date_range_required: bool = True
    is_stepped_config: bool


class Semantics(_Answer):
    concept_type: str
    semantic_type: str
    semantic_group: str | None = None
    is_reaggregatable: bool | None = None


class FieldAnswer(_Answer):
    name: str
    label: str
    description: str
    group: str
    data_type: str
    is_default: bool | None = None
    is_hidden: bool | None = None
    formula: str | None = None
    default_aggregation_type: str | None = None
    semantics: Semantics


class SchemaAnswer(_Answer):
    schema_: list[FieldAnswer] = Field(alias="schema")


class ColumnAnswer(_Answer):
    name: str
    data_type: str


class RowAnswer(_Answer):
    values: list[str | int | float | bool | None]


class DataAnswer(_Answer):
    schema_: list[ColumnAnswer] = Field(alias="schema")
    rows: list[RowAnswer]
    filters_applied: bool


def parameter_answer(parameter: Parameter) -> ParameterAnswer:
    return ParameterAnswer(
        type=parameter.type,
        name=parameter.name,
        display_name=parameter.label,
        help_text=parameter.help,
        text=parameter.text,
        options=[_option(option) for option in parameter.options] or None,
        is_dynamic=parameter.dynamic or None,
        parameter_control=ParameterControl(allow_override=True) if parameter.overridable else None,
    )


def _option(option: Option) -> OptionAnswer:
    return OptionAnswer(label=option.label, value=option.value)


def field_answer(field: LookerField) -> FieldAnswer:
    return FieldAnswer(
        name=field.name,
        label=field.label,
        description=field.description,
        group=field.group,
        data_type=field.data_type,
        is_default=field.default or None,
        is_hidden=field.hidden or None,
        formula=field.formula,
        default_aggregation_type=None if field.is_dimension else "SUM" if field.adds_up else "AUTO",
        semantics=_semantics(field),
    )


def _semantics(field: LookerField) -> Semantics:
    return Semantics(
        concept_type="DIMENSION" if field.is_dimension else "METRIC",
        semantic_type=field.semantic_type,
        semantic_group="DATETIME" if field.group == "Time" else None,
        is_reaggregatable=None if field.is_dimension else field.adds_up,
    )
