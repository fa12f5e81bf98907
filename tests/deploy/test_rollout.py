"""In which order a release comes to a cluster, and the main job on Kubernetes and with compose."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from deploy import rollout, smoke

from .images import ROOT
from .manifests import OVERLAYS, Manifest, rendered


def _calls(overlay: str, *, refused: str = "") -> list[str]:
    made: list[str] = []

    def kubectl(*arguments: str, given: Sequence[Manifest] = ()) -> None:
        kinds = ",".join(sorted({one["kind"] for one in given}))
        made.append(" ".join((*arguments, kinds)).strip())
        if refused and refused in made[-1]:
            raise rollout.NotReleased(refused)

    try:
        rollout.release(rendered(overlay), kubectl)
    except rollout.NotReleased:
        made.append("refused")
    return made


def _place(calls: list[str], verb: str, what: str) -> int:
    (found,) = [place for place, call in enumerate(calls) if call.startswith(verb) and what in call]
    return found


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_topics_and_tables_are_there_before_a_new_service_starts(overlay: str) -> None:
    calls = _calls(overlay)
    stores, jobs = _place(calls, "apply", "Namespace"), _place(calls, "apply", "Job")
    services = _place(calls, "apply", "Deployment")
    for job in rollout.PREPARE:
        assert stores < _place(calls, "delete", f"job.batch/{job} ") < jobs < _place(calls, "wait", f"job.batch/{job} ")
        assert _place(calls, "wait", f"job.batch/{job} ") < services
    assert services < _place(calls, "rollout status", "query-api")
    assert all(_place(calls, "wait", one) < jobs for one in _stores(overlay))


def _stores(overlay: str) -> tuple[str, ...]:
    if overlay == "dev":
        return ("statefulset.apps/kafka ", "statefulset.apps/clickhouse ")
    return ("kafka.kafka.strimzi.io/toa ", "clickhouseinstallation.clickhouse.altinity.com/toa ")


def test_a_migration_that_fails_leaves_the_services_of_before() -> None:
    calls = _calls("prod", refused="wait job.batch/migrate")
    assert calls[-1] == "refused"
    assert not any("Deployment" in call for call in calls)


@pytest.mark.parametrize(("where", "why"), [("kubernetes", smoke.why_no_kubernetes), ("compose", smoke.why_no_compose)])
def test_the_main_job_runs_where_it_can_and_says_why_where_it_cannot(where: str, why: object) -> None:
    assert callable(why)
    reason = why()
    if reason is None and where == "compose":
        subprocess.run(["make", "images", "up"], cwd=ROOT, check=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "deploy.smoke", where],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("TOA_")},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        if reason is None and where == "compose":
            subprocess.run(["make", "down"], cwd=ROOT, check=True)
    if reason is None:
        assert done.stdout.startswith("ok: connected, collected and read back"), done.stderr
    else:
        assert done.returncode == 1
        assert done.stderr == f"error: the main job on {where} cannot run: {reason}\n"
