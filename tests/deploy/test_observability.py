"""Metrics, alerts, runbooks and dashboards are of one piece: what is asked for exists, what fires is explained."""

import re
import subprocess
import sys
from collections.abc import Mapping
from itertools import takewhile
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from deploy.dashboards import DASHBOARDS, dashboards
from deploy.metrics_page import declared
from ingestor.adapters.meters import PrometheusMeter
from ingestor.domain.answers import _VERDICTS, Verdict
from metrics_aggregator.adapters.metrics import LagCollector, Metrics

from .evaluating import Series, evaluated
from .images import ROOT
from .manifests import named, of_kind
from .promql import groupings, selectors, unknown

RULES: Mapping[str, Mapping[str, Any]] = {
    rule["alert"]: rule
    for group in yaml.safe_load((ROOT / "deploy/observability/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
}
SERIES = {name: labels for one in declared() for name, labels in one.series.items()}
RUNBOOKS = "docs/operations/runbooks.md"
RUNBOOK = (ROOT / RUNBOOKS).read_text()
# Prometheus' base units: nothing else is a unit of ours.
OTHER_UNITS = re.compile(r"_(ms|milliseconds|microseconds|minutes|minute|hours|hour|days|kb|mb|kilobytes|percent)(_|$)")
POSTS, ROUTE = {"topic": "tiktok.post-snapshots.v1"}, {"route": "/v1/query"}

every_alert = pytest.mark.parametrize("alert", RULES)


def test_every_metric_is_named_as_prometheus_asks() -> None:
    assert len(declared()) > 30
    for one in declared():
        assert re.fullmatch(r"toa(_[a-z]+)+", one.name), one
        assert not OTHER_UNITS.search(one.name), one
        assert (one.kind == "counter") == one.name.endswith("_total"), one
        assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", label) for label in one.labels), one
        assert one.meaning, one
    assert len({one.name for one in declared()}) == len(declared())


def test_no_other_metric_is_registered_than_those_that_are_declared() -> None:
    """Whatever is registered under another name than `Counter` and the like would be in no list."""
    stems = {one.name.removesuffix("_total") for one in declared()}
    for path in (ROOT / "services").glob("*/*_*/**/*.py"):
        if "prometheus_client" in (text := path.read_text()):
            assert set(re.findall(r'"(toa_[a-z_]+)"', text)) <= stems, path


def test_what_is_read_from_the_code_is_what_a_registry_shows() -> None:
    meter = CollectorRegistry()
    PrometheusMeter(meter)
    aggregator = Metrics().registry
    aggregator.register(LagCollector(tuple))
    for service, registry in (("ingestor", meter), ("metrics-aggregator", aggregator)):
        shown = {family.name: family.type for family in registry.collect()}
        assert shown == {one.name.removesuffix("_total"): one.kind for one in declared() if one.service == service}


@every_alert
def test_an_alert_asks_for_what_there_is(alert: str) -> None:
    assert selectors(RULES[alert]["expr"])
    assert unknown(RULES[alert]["expr"], SERIES) == set()


def test_what_does_not_exist_is_found() -> None:
    assert unknown("max(toa_nothing) > 1", SERIES) == {"toa_nothing"}
    assert unknown('toa_auth_connections{sate="synced"}', SERIES) == {"sate"}
    assert unknown("sum by (code) (toa_auth_connections)", SERIES) == {"code"}
    with pytest.raises(ValueError, match="unclosed"):
        selectors("sum(toa_auth_connections")


@every_alert
def test_an_alert_says_how_grave_it_is_and_where_it_is_explained(alert: str) -> None:
    rule = RULES[alert]
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["runbook_url"] == f"{RUNBOOKS}#{alert.lower()}"
    named_labels = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    kept = {label for labels, _ in groupings(rule["expr"]) for label in labels} | {"service"}
    assert named_labels <= kept


def test_every_alert_has_its_runbook_and_no_runbook_is_of_another() -> None:
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
    assert sections.keys() == RULES.keys()
    for name, section in sections.items():
        assert "**A user sees**" in section, name
        assert "**Look**" in section, name
        assert "**Do**" in section, name
    assert set(re.findall(r"`(toa_\w+?)`", RUNBOOK)) <= SERIES.keys()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^python -m (.+)$", RUNBOOK, re.MULTILINE))))
def test_a_command_of_a_runbook_is_one_that_the_service_has(command: str) -> None:
    words = command.split()
    called = list(takewhile(lambda word: re.fullmatch(r"[a-z_]+", word), words))
    done = subprocess.run([sys.executable, "-m", *called, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    usage = done.stdout.split("\n\n")[0].split()
    assert set(called[1:]) <= set(usage)
    assert all(word in done.stdout for word in words if word.startswith("--"))


def test_throttling_is_what_the_ingestor_takes_for_it() -> None:
    codes = {str(code) for code, verdict in _VERDICTS.items() if verdict is Verdict.THROTTLED_MINUTE}
    (matched,) = re.findall(r'code=~"([^"]+)"', RULES["ToaThrottled"]["expr"])
    assert set(matched.split("|")) == codes | {"http_429"}


def test_the_cluster_is_given_the_same_rules_and_dashboards() -> None:
    groups = named("prod", "PrometheusRule", "toa")["spec"]["groups"]
    assert {rule["alert"]: rule for group in groups for rule in group["rules"]} == RULES
    (boards,) = [one for one in of_kind("prod", "ConfigMap") if one["metadata"]["name"] == "toa-dashboards"]
    assert boards["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert {name: yaml.safe_load(text) for name, text in boards["data"].items()} == dashboards()


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_asks_for_what_there_is(name: str) -> None:
    board = dashboards()[f"{name}.json"]
    assert len({panel["title"] for panel in board["panels"]}) == len(board["panels"]) >= 8
    for panel in board["panels"]:
        (target,) = panel["targets"]
        assert unknown(target["expr"], SERIES) == set(), panel["title"]
        kept = {label for labels, _ in groupings(target["expr"]) for label in labels} | {"pod"}
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= kept, panel["title"]


def _requests(code: str, *, rise: float) -> Series:
    return Series("toa_ingestor_requests_total", {"endpoint": "/business/get/", "code": code}, 100 + rise, 100)


def _bucket(le: str, *, rise: float) -> Series:
    return Series("toa_http_request_duration_seconds_bucket", {**ROUTE, "method": "POST", "le": le}, rise)


def _alive() -> list[Series]:
    return [
        Series("toa_auth_events_relayed_total", {}, 1),
        Series("toa_aggregator_lag_seconds", POSTS, 0),
        Series("toa_access_heartbeat_age_seconds", {}, 1),
    ]


# (alert, series of a quiet system, series of one that needs somebody)
BEHAVIOUR: Mapping[str, tuple[list[Series], list[Series]]] = {
    "ToaFetchLag": (
        [Series("toa_ingestor_oldest_due_lag_seconds", {}, 3600)],
        [Series("toa_ingestor_oldest_due_lag_seconds", {}, 3601)],
    ),
    "ToaCoverageGap": (
        [Series("toa_ingestor_accounts_with_gap", {"pod": "a"}, 0)],
        [Series("toa_ingestor_accounts_with_gap", {"pod": name}, gaps) for name, gaps in (("a", 0), ("b", 1))],
    ),
    "ToaThrottled": (
        [_requests("0", rise=96), _requests("40100", rise=4)],
        [_requests("0", rise=90), _requests("40100", rise=5), _requests("http_429", rise=5)],
    ),
    "ToaBudgetShort": (
        [Series("toa_ingestor_stretch_ratio", {}, 1)],
        [Series("toa_ingestor_stretch_ratio", {}, 2)],
    ),
    "ToaTikTokRefuses": (
        [_requests("0", rise=80), _requests("timeout", rise=20)],
        [_requests("0", rise=70), _requests("timeout", rise=20), _requests("token", rise=10)],
    ),
    "ToaListingIncident": (
        [Series("toa_ingestor_incidents_total", {"kind": "empty_listing"}, 3, 3)],
        [Series("toa_ingestor_incidents_total", {"kind": "empty_listing"}, 4, 3)],
    ),
    "ToaTurnsFail": (
        [Series("toa_ingestor_failed_turns_total", {"error": "StoreUnavailable"}, 60)],
        [Series("toa_ingestor_failed_turns_total", {"error": "StoreUnavailable"}, 61)],
    ),
    "ToaConsumerLag": (
        [Series("toa_aggregator_lag_seconds", POSTS, 60)],
        [Series("toa_aggregator_lag_seconds", POSTS, 61)],
    ),
    "ToaConsumerBacklog": (
        [Series("toa_aggregator_lag_records", POSTS, 100_000)],
        [Series("toa_aggregator_lag_records", {**POSTS, "pod": name}, 60_000) for name in "ab"],
    ),
    "ToaDeadLetters": (
        [Series("toa_aggregator_dead_letters_waiting", POSTS, 0)],
        [Series("toa_aggregator_dead_letters_waiting", POSTS, 1)],
    ),
    "ToaStepsFail": (
        [Series("toa_aggregator_step_failures_total", {"step": "insert"}, 15, 10)],
        [Series("toa_aggregator_step_failures_total", {"step": "insert"}, 16, 10)],
    ),
    "ToaConsentsEnd": (
        [Series("toa_auth_consents_ending", {"within_days": days}, int(days == "30")) for days in ("3", "14", "30")],
        [Series("toa_auth_consents_ending", {"within_days": days}, 1) for days in ("3", "14", "30")],
    ),
    "ToaConnectionsLost": (
        [Series("toa_auth_connections", {"state": state}, n) for state, n in (("synced", 90), ("lost_access", 10))],
        [Series("toa_auth_connections", {"state": state}, 5) for state in ("synced", "lost_access", "disconnected")],
    ),
    "ToaServiceAbsent": ([*_alive(), Series("toa_ingestor_accounts_owned", {}, 0)], _alive()),
    "ToaQueriesSlow": (
        [_bucket("1.0", rise=96), _bucket("5.0", rise=100)],
        [_bucket("1.0", rise=94), _bucket("5.0", rise=100)],
    ),
    "ToaQueriesFail": (
        [Series("toa_http_requests_total", {"status": status}, n) for status, n in (("200", 99), ("503", 1))],
        [Series("toa_http_requests_total", {"status": status}, n) for status, n in (("200", 96), ("503", 4))],
    ),
    "ToaAccessStale": (
        [Series("toa_access_heartbeat_age_seconds", {}, 5)],
        [Series("toa_access_heartbeat_age_seconds", {}, 6)],
    ),
    "ToaExportsFail": (
        [Series("toa_export_turns_total", {"outcome": outcome}, 1) for outcome in ("done", "refused", "retried")],
        [Series("toa_export_turns_total", {"outcome": "failed"}, 1)],
    ),
    "ToaDeliveriesFail": (
        [Series("toa_deliveries_total", {"outcome": "delivered"}, 1)],
        [Series("toa_deliveries_total", {"outcome": "failed"}, 1)],
    ),
    "ToaUndecodable": (
        [],
        [Series("toa_auth_undecodable_records_total", {"topic": "tiktok.collection-status.v1"}, 1)],
    ),
}


@every_alert
def test_an_alert_is_silent_while_all_is_well_and_fires_when_somebody_is_needed(alert: str) -> None:
    quiet, needy = BEHAVIOUR[alert]
    assert evaluated(RULES[alert]["expr"], quiet) == {}
    assert len(evaluated(RULES[alert]["expr"], needy)) == 1
