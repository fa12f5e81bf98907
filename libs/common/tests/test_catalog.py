"""The catalog holds together, and refuses what does not."""

import dataclasses
import importlib

import pytest

from common.catalog import Attribution, Kind, Rollup, catalog, measure_of
from common.catalog import registry as registry_module
from common.catalog.measures import Sum
from common.catalog.model import Widget


def test_every_widget_column_has_a_name_and_a_kind() -> None:
    for widget in catalog().widgets.values():
        columns = catalog().columns(widget)
        assert len(columns) == len(widget.by) + len(widget.attributes) + len(widget.metrics)
        assert all(column.name and column.kind for column in columns)


def test_breakdowns_name_their_parts_and_single_values_have_none() -> None:
    for field in catalog().fields:
        assert bool(field.parts) == (field.kind is Kind.BREAKDOWN), field.name


def test_a_metric_without_figures_by_an_attribution_says_so() -> None:
    with pytest.raises(ValueError, match="followers has no figures by published"):
        measure_of(catalog().metrics["followers"], Attribution.PUBLISHED)


def test_a_widget_of_unknown_metrics_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Widget(
        slug="odd",
        name="Odd",
        shows="",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.ACCOUNT_DAY,
        by=("day",),
        metrics=("mood",),
    )
    module = importlib.reload(registry_module)
    monkeypatch.setattr(module, "WIDGETS", (broken,))
    with pytest.raises(ValueError, match="widget odd names what the catalog lacks: mood"):
        module.catalog()


def test_the_same_slug_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.reload(registry_module)
    metric = module.METRICS[0]
    monkeypatch.setattr(module, "METRICS", (metric, dataclasses.replace(metric, activity=Sum("likes"))))
    with pytest.raises(ValueError, match="declares metric followers more than once"):
        module.catalog()
