"""`python -m deploy.rollout OVERLAY`: bring a release to the cluster that kubectl knows, in order (ADR 21).

Namespace, addresses and stores first; then topics and migrations, each to its end; then the services, which read what
is there by then. A failure stops it where it is: the services of the release before go on.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

Manifest = Mapping[str, Any]
Kubectl = Callable[..., None]

PREPARE = ("topics", "migrate")
WAIT = "600s"
# What a part of the platform is called where it is made by an operator, and how to know that it is there.
_READY: Mapping[str, str] = {
    "Kafka": "condition=Ready",
    "ClickHouseInstallation": "jsonpath={.status.status}=Completed",
    "StatefulSet": "jsonpath={.status.readyReplicas}=1",
}


class NotReleased(RuntimeError):
    """kubectl refused or gave up waiting; what it said is on the screen."""


def phases(manifests: Sequence[Manifest]) -> tuple[list[Manifest], list[Manifest], list[Manifest]]:
    """(platform, jobs that prepare, what serves)."""
    jobs = [one for one in manifests if one["kind"] == "Job"]
    serving = [one for one in manifests if one["kind"] in {"Deployment", "HorizontalPodAutoscaler", "ScaledObject"}]
    platform = [one for one in manifests if one not in jobs and one not in serving]
    return platform, jobs, serving


def release(manifests: Sequence[Manifest], kubectl: Kubectl) -> None:
    platform, jobs, serving = phases(manifests)
    kubectl("apply", "--filename", "-", given=platform)
    for one in platform:
        if condition := _READY.get(one["kind"]):
            kubectl("wait", *_named(one), f"--for={condition}", f"--timeout={WAIT}")
    for job in jobs:
        # A job cannot be changed, only made anew; running one again changes nothing that is done.
        kubectl("delete", *_named(job), "--ignore-not-found", "--wait")
    kubectl("apply", "--filename", "-", given=jobs)
    for job in jobs:
        kubectl("wait", *_named(job), "--for=condition=Complete", f"--timeout={WAIT}")
    kubectl("apply", "--filename", "-", given=serving)
    for one in serving:
        if one["kind"] == "Deployment":
            kubectl("rollout", "status", *_named(one), f"--timeout={WAIT}")


def _named(manifest: Manifest) -> tuple[str, str]:
    metadata = manifest["metadata"]
    group = manifest["apiVersion"].rpartition("/")[0]
    kind = f"{manifest['kind'].lower()}{'.' if group else ''}{group}"
    return f"{kind}/{metadata['name']}", f"--namespace={metadata['namespace']}"


def render(overlay: str, command: str = "kubectl") -> list[Manifest]:
    done = subprocess.run([command, "kustomize", overlay], capture_output=True, text=True, check=False)  # noqa: S603 - the operator's own words
    if done.returncode:
        raise NotReleased(done.stderr.strip())
    return list(yaml.safe_load_all(done.stdout))


def kubectl(*arguments: str, given: Sequence[Manifest] = ()) -> None:
    text = yaml.safe_dump_all(given) if given else None
    done = subprocess.run(["kubectl", *arguments], input=text, text=True, check=False)  # noqa: S603, S607 - the operator's kubectl, with words of ours
    if done.returncode:
        raise NotReleased(f"kubectl {' '.join(arguments)} ended with status {done.returncode}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.rollout", description=__doc__)
    parser.add_argument("overlay", help="such as deploy/k8s/overlays/prod")
    try:
        release(render(parser.parse_args().overlay), kubectl)
    except NotReleased as reason:
        sys.exit(f"error: {reason}")


if __name__ == "__main__":
    main()
