"""A question whose whole answer becomes a file: what the file is called, and what is said of it beside it."""

from dataclasses import dataclass
from datetime import timedelta

from common.catalog import Attribution, Kind, Unit, catalog
from query_api.domain.asking import Format
from query_api.domain.columns import Column
from query_api.domain.export_forms import FILE_FORMS, FileForm
from query_api.domain.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Exportable:
    """All that exporting knows of a question; what a question is, nothing behind it asks."""

    question: Question
    form: Format
    widget: str | None
    """None: a free question."""
    attribution: Attribution | None = None
    """As it was asked for."""

    @property
    def file_form(self) -> FileForm:
        return FILE_FORMS[self.form]

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.question.columns

    def heading(self, column: Column) -> str:
        """The column's name for people."""
        question = self.question
        names = {metric.slug: metric.name for metric in question.metrics}
        told = {dimension.slug: dimension.name for dimension in (*question.dimensions, *question.attributes)}
        return {**told, **names}[column.name]

    @property
    def title(self) -> str:
        return catalog().widgets[self.widget].name if self.widget else "Query"

    @property
    def stem(self) -> str:
        """The file's name without its extension; days are named by the first and the last one."""
        days = self.question.days
        return f"{self.widget or 'query'}_{days.start}_{days.end - timedelta(days=1)}"

    @property
    def file_name(self) -> str:
        return f"{self.stem}.{self.file_form.extension}"


# A post's id has 19 digits, of which a spreadsheet's number keeps 15.
_TEXTS = {Kind.TEXT, Kind.ID}


def is_text(column: Column) -> bool:
    return column.kind in _TEXTS


def number_format(column: Column) -> str | None:
    """How a spreadsheet shows the column; None where it is text."""
    if is_text(column):
        return None
    if column.kind is Kind.NUMBER:
        return "0.0%" if column.unit is Unit.SHARE else "#,##0.00"
    return _SHOWN.get(column.kind)


_SHOWN = {Kind.INTEGER: "#,##0", Kind.DATE: "yyyy-mm-dd", Kind.TIMESTAMP: "yyyy-mm-dd hh:mm:ss"}
