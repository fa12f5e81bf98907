"""Grafana's dashboards, from a table of panels: `python -m deploy.dashboards` writes {file's name: dashboard}."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Grafana's grid is 24 wide.
_WIDTH, _HEIGHT, _PER_ROW = 8, 8, 3
_SOURCE = {"type": "prometheus", "uid": "${source}"}
# That of Grafana 11.
_SCHEMA_VERSION = 39


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`unit` is Grafana's name of it; `legend` names labels as {{label}}."""

    title: str
    expr: str
    unit: str = "short"
    legend: str = ""


_LAG = Panel(
    title="Most overdue account (domain time)", expr="max(toa_ingestor_oldest_due_lag_seconds)", unit="s", legend="lag"
)
_GAPS = Panel(
    title="Accounts without a reading for a day", expr="sum(toa_ingestor_accounts_with_gap)", legend="accounts"
)
_CONSUMER_LAG = Panel(
    title="Oldest record in work", expr="max by (topic) (toa_aggregator_lag_seconds)", unit="s", legend="{{topic}}"
)
_LETTERS = Panel(
    title="Dead letters that wait",
    expr="max by (topic) (toa_aggregator_dead_letters_waiting)",
    legend="{{topic}}",
)
_SLOWEST = Panel(
    title="Answers: 95th percentile by route",
    expr="histogram_quantile(0.95, sum by (le, route) (rate(toa_http_request_duration_seconds_bucket[5m])))",
    unit="s",
    legend="{{route}}",
)
_EXPORTS = Panel(
    title="Export jobs by outcome",
    expr="sum by (outcome) (increase(toa_export_turns_total[30m]))",
    legend="{{outcome}}",
)
_STATES = Panel(title="Connections by state", expr="sum by (state) (toa_auth_connections)", legend="{{state}}")
_ENDS = Panel(
    title="Consents that end within days",
    expr="max by (within_days) (toa_auth_consents_ending)",
    legend="{{within_days}} days",
)

DASHBOARDS: Mapping[str, tuple[str, Sequence[Panel]]] = {
    "overview": ("Overview", (_LAG, _GAPS, _CONSUMER_LAG, _LETTERS, _SLOWEST, _EXPORTS, _STATES, _ENDS)),
    "collecting": (
        "Collecting",
        (
            _LAG,
            _GAPS,
            Panel(title="Oldest profile (domain time)", expr="max(toa_ingestor_oldest_profile_age_seconds)", unit="s"),
            Panel(title="Accounts by replica", expr="toa_ingestor_accounts_owned", legend="{{pod}}"),
            Panel(
                title="Requests to TikTok by answer",
                expr="sum by (code) (rate(toa_ingestor_requests_total[5m]))",
                unit="reqps",
                legend="{{code}}",
            ),
            Panel(
                title="Requests that the rhythm wants",
                expr="sum(toa_ingestor_requests_wanted_per_second)",
                unit="reqps",
            ),
            Panel(title="Requests made", expr="sum(toa_ingestor_requests_granted_per_second)", unit="reqps"),
            Panel(title="Stretch: above 1 the budget is short", expr="max(toa_ingestor_stretch_ratio)"),
            Panel(
                title="Snapshots published",
                expr="sum by (topic) (rate(toa_ingestor_snapshots_published_total[5m]))",
                legend="{{topic}}",
            ),
            Panel(
                title="Values left out",
                expr="sum by (kind) (increase(toa_ingestor_unusable_values_total[1h]))",
                legend="{{kind}}",
            ),
            _STATES,
            _ENDS,
        ),
    ),
    "aggregating": (
        "Aggregating",
        (
            _CONSUMER_LAG,
            Panel(title="Records that wait", expr="sum by (topic) (toa_aggregator_lag_records)", legend="{{topic}}"),
            Panel(
                title="Records by outcome",
                expr="sum by (topic, outcome) (rate(toa_aggregator_records_total[5m]))",
                legend="{{topic}} {{outcome}}",
            ),
            Panel(
                title="Writing facts: 95th percentile",
                expr="histogram_quantile(0.95, sum by (le, landing) (rate(toa_aggregator_insert_seconds_bucket[5m])))",
                unit="s",
                legend="{{landing}}",
            ),
            Panel(
                title="Recomputing: 95th percentile",
                expr=(
                    "histogram_quantile(0.95, sum by (le, rollups) (rate(toa_aggregator_recompute_seconds_bucket[5m])))"
                ),
                unit="s",
                legend="{{rollups}}",
            ),
            Panel(
                title="Steps tried again",
                expr="sum by (step) (increase(toa_aggregator_step_failures_total[10m]))",
                legend="{{step}}",
            ),
            _LETTERS,
            Panel(
                title="New dead letters",
                expr="sum by (topic, code) (increase(toa_aggregator_dead_letters_total[1h]))",
                legend="{{topic}} {{code}}",
            ),
            Panel(
                title="Records of erased accounts dropped",
                expr="sum by (topic) (increase(toa_aggregator_erased_records_total[1h]))",
                legend="{{topic}}",
            ),
        ),
    ),
    "serving": (
        "Serving",
        (
            Panel(
                title="Requests by status",
                expr="sum by (status) (rate(toa_http_requests_total[5m]))",
                unit="reqps",
                legend="{{status}}",
            ),
            _SLOWEST,
            Panel(
                title="Answers by where they came from",
                expr="sum by (outcome) (rate(toa_answers_total[5m]))",
                unit="reqps",
                legend="{{outcome}}",
            ),
            Panel(title="Memory of answers kept", expr="toa_answers_kept_bytes", unit="bytes", legend="{{pod}}"),
            Panel(title="Clients that listen", expr="sum(toa_change_streams)"),
            Panel(title="Age of access", expr="max(toa_access_heartbeat_age_seconds)", unit="s"),
            _EXPORTS,
            Panel(
                title="Scheduled exports by outcome",
                expr="sum by (outcome) (increase(toa_deliveries_total[1h]))",
                legend="{{outcome}}",
            ),
            Panel(
                title="Mails by outcome",
                expr="sum by (outcome) (increase(toa_auth_mails_total[1h]))",
                legend="{{outcome}}",
            ),
        ),
    ),
}


def dashboards() -> Mapping[str, Mapping[str, Any]]:
    """File's name → dashboard as Grafana imports it; the data source is asked for."""
    return {f"{name}.json": _dashboard(name, title, panels) for name, (title, panels) in DASHBOARDS.items()}


def _dashboard(name: str, title: str, panels: Sequence[Panel]) -> Mapping[str, Any]:
    return {
        "uid": f"toa-{name}",
        "title": f"TikTok Organic Analytics: {title}",
        "tags": ["toa"],
        "schemaVersion": _SCHEMA_VERSION,
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "1m",
        "templating": {
            "list": [{"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, panel: Panel) -> Mapping[str, Any]:
    row, column = divmod(number, _PER_ROW)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "datasource": _SOURCE, "expr": panel.expr, "legendFormat": panel.legend}],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dashboards()))
