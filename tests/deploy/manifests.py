"""What the overlays say, rendered by the real Kustomize of a kubectl from PyPI."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy.secrets import manifests as secret_manifests
from deploy.secrets import secrets
from embedded.keys import Keys

from .images import ROOT

K8S = ROOT / "deploy" / "k8s"
OVERLAYS = ("dev", "prod")
# The name by which each is known to Kubernetes, and what it runs.
SERVICES = ("auth-service", "ingestor", "metrics-aggregator", "query-api")

Manifest = Mapping[str, Any]


@cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    kubectl = Path(sys.executable).with_name("kubectl")
    done = subprocess.run(
        [kubectl, "kustomize", K8S / "overlays" / overlay], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def given_secrets(overlay: str, folder: Path) -> dict[str, set[str]]:
    """{secret: its keys} that a deployment has besides its manifests."""
    if overlay == "prod":
        text = (K8S / "overlays" / "prod" / "secrets.example.yaml").read_text()
        return {one["metadata"]["name"]: set(one["stringData"]) for one in yaml.safe_load_all(text)}
    made = secret_manifests(secrets(Keys(folder)), "toa")
    return {one["metadata"]["name"]: set(one["data"]) for one in made}


def of_kind(overlay: str, *kinds: str) -> list[Manifest]:
    return [one for one in rendered(overlay) if one["kind"] in kinds]


def named(overlay: str, kind: str, name: str) -> Manifest:
    (found,) = [one for one in of_kind(overlay, kind) if one["metadata"]["name"] == name]
    return found


def pods(overlay: str) -> Iterator[tuple[str, Mapping[str, str], Mapping[str, Any]]]:
    """(what makes it, labels, spec) of every pod, those of operators' templates too."""
    for one in rendered(overlay):
        where = f"{one['kind']}/{one['metadata']['name']}"
        if "template" in one.get("spec", {}) and "spec" in one["spec"]["template"]:
            template = one["spec"]["template"]
            yield where, template["metadata"]["labels"], template["spec"]
        for template in one.get("spec", {}).get("templates", {}).get("podTemplates", ()):
            yield f"{where}/{template['name']}", template["metadata"]["labels"], template["spec"]


def ours(overlay: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(name, pod's spec) of what runs an image of ours."""
    for _, labels, spec in pods(overlay):
        if name := labels.get("app.kubernetes.io/name"):
            yield name, spec
