"""What an export says of itself beside its rows: enough to judge them, and to ask for the same file again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from common.catalog import Widget
from query_api.domain.asking import wanted_of, widget_of
from query_api.domain.columns import Column
from query_api.domain.coverage import Coverage
from query_api.domain.exportable import Exportable
from query_api.domain.notes import notes

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A finished file. `rows` None is where the form does not tell."""

    sha256: str
    bytes: int
    rows: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An export and what its figures rest on, known before its first row is read."""

    exportable: Exportable
    covered: Coverage
    as_of: datetime | None
    generated_at: datetime


def manifest(described: Described, digest: Digest) -> Json:
    """As JSON values; the same rows, asked again, have the same `sha256`."""
    exportable = described.exportable
    return {
        "file": exportable.file_name,
        "format": exportable.form.value,
        "media_type": exportable.file_form.media_type,
        "sha256": digest.sha256,
        "bytes": digest.bytes,
        "rows": digest.rows,
        "columns": [_column(column, exportable) for column in exportable.columns],
        "query": query(exportable),
        **rests_on(described),
        "generated_at": _moment(described.generated_at),
    }


def query(exportable: Exportable) -> Json:
    """The request that gives the same rows on the same data: nothing of it is left to a default."""
    question, widget = exportable.question, exportable.widget
    body = {
        "from": question.days.start.isoformat(),
        "to": question.days.end.isoformat(),
        "timezone": question.timezone,
        "accounts": [str(account_id) for account_id in question.account_ids],
        "lifecycle": question.lifecycle.value,
        "sort": str(question.sort),
        "format": exportable.form.value,
        **{name: value if isinstance(value, str) else list(value) for name, value in question.filters.of_posts.items()},
        **({"attribution": exportable.attribution.value} if exportable.attribution else {}),
        **({"limit": question.limit} if question.limit is not None else {}),
    }
    metrics = [metric.slug for metric in question.metrics]
    if widget is not None:
        told = {"metrics": metrics} if _chosen(widget_of(widget), exportable) else {}
        return {"method": "POST", "path": f"/v1/widgets/{widget}", "body": {**told, **body}}
    dimensions = [dimension.slug for dimension in (*question.dimensions, *question.attributes)]
    return {"method": "POST", "path": "/v1/query", "body": {"metrics": metrics, "dimensions": dimensions, **body}}


def _chosen(widget: Widget, exportable: Exportable) -> bool:
    """Whether somebody chose the metrics. A widget by itself leaves out what cannot be told so."""
    metrics = exportable.question.metrics
    usual = wanted_of(widget, exportable.attribution).metrics
    return widget.any_metric and metrics != tuple(metric for metric in usual if metric in metrics)


def rests_on(described: Described) -> Json:
    question, covered = described.exportable.question, described.covered
    return {
        "attribution": question.attribution.value,
        "timezone": question.timezone if question.own_days else "UTC",
        "as_of": _moment(described.as_of) if described.as_of else None,
        "complete_through": covered.complete_through.isoformat() if covered.complete_through else None,
        "coverage": _coverage(covered),
        "metric_versions": {metric.slug: metric.version for metric in question.metrics},
        "notes": list(notes(question, covered)),
    }


def _coverage(covered: Coverage) -> list[Json]:
    return [
        {
            "account_id": str(row.account_id),
            "metrics": list(row.metrics),
            "from": row.start.isoformat(),
            "to": row.end.isoformat(),
            "status": row.status.value,
        }
        for row in covered.ranges
    ]


def _column(column: Column, exportable: Exportable) -> Json:
    return {
        "name": column.name,
        "heading": exportable.heading(column),
        "type": column.kind.value,
        "unit": column.unit.value if column.unit else None,
        "role": column.role.value,
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
