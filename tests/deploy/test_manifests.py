"""Every overlay: valid to Kubernetes and to operators, restricted, and of one piece with the code."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from auth_service.settings import AuthSettings
from common.events.topics import TOPICS
from common.runtime.process import DRAIN_SECONDS, HANG_UP_SECONDS
from common.runtime.settings import ClickHouseSettings, KafkaSettings, ServiceSettings, Settings
from ingestor.adapters.tiktok import _WHOLE_SECONDS as LONGEST_ANSWER_OF_TIKTOK
from ingestor.settings import IngestorSettings
from metrics_aggregator.bootstrap.serving import STOP_SECONDS
from metrics_aggregator.settings import AggregatorSettings
from query_api.settings import QuerySettings
from sandbox.settings import SandboxSettings

from .crd_schemas import CUSTOM
from .manifests import OVERLAYS, SERVICES, Manifest, given_secrets, named, of_kind, ours, pods, rendered

SETTINGS: dict[str, type[Settings]] = {
    "auth-service": AuthSettings,
    "ingestor": IngestorSettings,
    "metrics-aggregator": AggregatorSettings,
    "query-api": QuerySettings,
    "sandbox": SandboxSettings,
    "topics": KafkaSettings,
    "migrate": ClickHouseSettings,
}
# The images say them already (tests/deploy/test_images.py).
IN_IMAGE = {"TOA_HTTP_HOST", "TOA_HTTP_PORT", "TOA_HEALTH_HOST", "TOA_HEALTH_PORT"}
OLDEST_KUBERNETES = "1.34.0"
# The standard's `restricted` allows no others.
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
PRE_STOP_SECONDS = 10

every_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


@every_overlay
def test_every_built_in_kind_is_as_its_schema_says(overlay: str) -> None:
    built_in = [one for one in rendered(overlay) if (one["apiVersion"], one["kind"]) not in CUSTOM]
    assert len(built_in) > 30
    for one in built_in:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
        kubernetes_validate.validate(one, OLDEST_KUBERNETES, strict=True)


@every_overlay
def test_every_custom_kind_is_as_its_schema_says(overlay: str) -> None:
    for one in rendered(overlay):
        if schema := CUSTOM.get((one["apiVersion"], one["kind"])):
            jsonschema.validate(one, schema)
            for given in _given_schemas(one):
                jsonschema.validate(one, given)


def test_an_operators_field_that_nobody_knows_is_refused() -> None:
    scaled = {**named("prod", "ScaledObject", "metrics-aggregator")}
    jsonschema.validate(scaled, CUSTOM["keda.sh/v1alpha1", "ScaledObject"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            {**scaled, "spec": {**scaled["spec"], "minReplicas": 2}}, CUSTOM["keda.sh/v1alpha1", "ScaledObject"]
        )


def _given_schemas(manifest: Manifest) -> list[dict[str, Any]]:
    """Of the operators' own definitions, where TOA_CRDS names a folder of them."""
    folder = os.environ.get("TOA_CRDS")
    group, _, version = manifest["apiVersion"].partition("/")
    schemas = [
        served["schema"]["openAPIV3Schema"]
        for crd in (_definitions(folder) if folder else ())
        if (crd["spec"]["group"], crd["spec"]["names"]["kind"]) == (group, manifest["kind"])
        for served in crd["spec"]["versions"]
        if served["name"] == version
    ]
    assert len(schemas) == bool(folder), manifest["apiVersion"]
    return [_closed(schema) for schema in schemas]


@cache
def _definitions(folder: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text()) for path in Path(folder).glob("*.yaml")]


def _closed(schema: Any) -> Any:
    """As the API server reads it: what is not named is refused where nothing says otherwise."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema and "additionalProperties" not in schema:
        kept = schema.get("x-kubernetes-preserve-unknown-fields", False) or "metadata" in schema["properties"]
        return {**inner, "additionalProperties": kept}
    return inner


@every_overlay
def test_every_pod_is_restricted(overlay: str) -> None:
    """The Pod Security Standard `restricted`, rule by rule, in the words of its page."""
    checked = list(pods(overlay))
    assert len(checked) >= len(SERVICES) + 2
    for where, _, spec in checked:
        assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & spec.keys(), where
        assert all(set(volume) - {"name"} <= VOLUMES for volume in spec.get("volumes", ())), where
        pod = spec["securityContext"]
        assert pod["runAsNonRoot"] is True, where
        assert pod["runAsUser"] > 0, where
        assert pod["seccompProfile"]["type"] == "RuntimeDefault", where
        assert not {"windowsOptions", "sysctls", "appArmorProfile", "seLinuxOptions", "procMount"} & pod.keys(), where
        for container in (*spec["containers"], *spec.get("initContainers", ()), *spec.get("ephemeralContainers", ())):
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False, where
            assert own["capabilities"] == {"drop": ["ALL"]}, where
            assert own.get("privileged", False) is False, where
            assert own.get("runAsNonRoot", True) is True, where
            assert own.get("runAsUser", 1) != 0, where
            assert all("hostPort" not in port for port in container.get("ports", ())), where
        assert spec["automountServiceAccountToken"] is False, where


@every_overlay
def test_the_namespace_enforces_it(overlay: str) -> None:
    labels = named(overlay, "Namespace", "toa")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@every_overlay
def test_ours_write_only_to_their_tmp_and_have_no_token_of_the_cluster(overlay: str) -> None:
    accounts = {one["metadata"]["name"]: one for one in of_kind(overlay, "ServiceAccount")}
    for name, spec in ours(overlay):
        assert spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True, name
        mounts = {mount["mountPath"]: mount.get("readOnly", False) for mount in spec["containers"][0]["volumeMounts"]}
        assert [path for path, read_only in mounts.items() if not read_only] == ["/tmp"]
        assert accounts[spec["serviceAccountName"]]["automountServiceAccountToken"] is False
    assert {spec["serviceAccountName"] for name, spec in ours(overlay) if name in SERVICES} == set(SERVICES)


def _variables(overlay: str, spec: Manifest, secret_keys: dict[str, set[str]]) -> set[str]:
    maps = {one["metadata"]["name"]: set(one["data"]) for one in of_kind(overlay, "ConfigMap")}
    names: list[str] = []
    for source in spec["containers"][0]["envFrom"]:
        kind, reference = next(iter(source.items()))
        names += sorted((maps if kind == "configMapRef" else secret_keys)[reference["name"]])
    assert len(names) == len(set(names)), f"given twice: {names}"
    return set(names)


@every_overlay
def test_every_setting_that_is_given_exists_and_every_one_that_is_needed_is_given(overlay: str, tmp_path: Path) -> None:
    secret_keys = given_secrets(overlay, tmp_path)
    for name, spec in ours(overlay):
        given = _variables(overlay, spec, secret_keys) | (IN_IMAGE if name in SERVICES else set())
        fields = {f"TOA_{field.upper()}": field for field in SETTINGS[name].model_fields}
        known = {*fields, "FORWARDED_ALLOW_IPS", "TOA_LOG_LEVEL"} | IN_IMAGE
        # What topics and migrate share with services, they may leave unread.
        shared = {f"TOA_{field.upper()}" for one in SETTINGS.values() for field in one.model_fields}
        assert given - (known if name in SERVICES else shared | known) - _of_common(overlay) == set(), name
        needed = {f"TOA_{field.upper()}" for field, info in SETTINGS[name].model_fields.items() if info.is_required()}
        assert needed - given - IN_IMAGE == set(), name


def _of_common(overlay: str) -> set[str]:
    """What every service is told, whether it reads it or not."""
    return {"TOA_KAFKA_BOOTSTRAP", "TOA_KAFKA_REPLICATION"} if overlay else set()


@every_overlay
def test_every_file_that_a_setting_names_is_in_the_secret_that_is_mounted_there(overlay: str, tmp_path: Path) -> None:
    secret_keys = given_secrets(overlay, tmp_path)
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind(overlay, "ConfigMap")}
    seen = 0
    for name, spec in ours(overlay):
        secrets = [volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume]
        held = {f"/run/keys/{key}" for secret in secrets for key in secret_keys[secret]}
        sources = [
            source["configMapRef"]["name"] for source in spec["containers"][0]["envFrom"] if "configMapRef" in source
        ]
        files = {value for source in sources for key, value in maps[source].items() if key.endswith("_FILE")}
        assert files == held, name
        seen += len(files)
    assert seen == 4


@every_overlay
def test_every_key_of_a_secret_that_a_store_reads_is_there(overlay: str, tmp_path: Path) -> None:
    secret_keys = given_secrets(overlay, tmp_path)
    for where, _, spec in pods(overlay):
        for container in spec["containers"]:
            for variable in container.get("env", ()):
                if source := variable.get("valueFrom", {}).get("secretKeyRef"):
                    assert source["key"] in secret_keys[source["name"]], where
    for one in of_kind(overlay, "ClickHouseInstallation"):
        passwords = {value for key, value in one["spec"]["configuration"]["users"].items() if "k8s_secret" in key}
        assert {tuple(value.split("/")) for value in passwords} <= {
            (secret, key) for secret, keys in secret_keys.items() for key in keys
        }


@every_overlay
def test_selectors_and_ports_meet_the_pods(overlay: str) -> None:
    everything = [(labels, spec) for _, labels, spec in pods(overlay)]
    for one in of_kind(overlay, "Service"):
        chosen = [spec for labels, spec in everything if one["spec"]["selector"].items() <= labels.items()]
        assert len(chosen) == 1, one["metadata"]["name"]
        ports = {port["name"]: port["containerPort"] for port in chosen[0]["containers"][0]["ports"]}
        for port in one["spec"]["ports"]:
            assert ports[str(port.get("targetPort", port["name"]))] == port["port"]
    for kind in ("PodDisruptionBudget", "Deployment"):
        for one in of_kind(overlay, kind):
            wanted = one["spec"]["selector"]["matchLabels"].items()
            assert sum(wanted <= labels.items() for labels, _ in everything) == 1, one["metadata"]["name"]


@every_overlay
def test_each_service_is_asked_by_its_second_port(overlay: str) -> None:
    for name in SERVICES:
        (container,) = named(overlay, "Deployment", name)["spec"]["template"]["spec"]["containers"]
        probes = {probe: container[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness", "readiness")}
        assert {probe: get["path"] for probe, get in probes.items()} == {
            "startup": "/healthz",
            "liveness": "/healthz",
            "readiness": "/readyz",
        }
        assert {get["port"] for get in probes.values()} == {"health"}
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]


@every_overlay
def test_a_stop_may_last_longer_than_what_is_under_way(overlay: str) -> None:
    drain = DRAIN_SECONDS + HANG_UP_SECONDS
    longest = {
        "auth-service": PRE_STOP_SECONDS + drain,
        "query-api": PRE_STOP_SECONDS + drain,
        "ingestor": LONGEST_ANSWER_OF_TIKTOK + drain,
        "metrics-aggregator": STOP_SECONDS + drain,
    }
    for name, seconds in longest.items():
        spec = named(overlay, "Deployment", name)["spec"]["template"]["spec"]
        assert spec["terminationGracePeriodSeconds"] > seconds * 1.25, name
        sleeps = f"time.sleep({PRE_STOP_SECONDS})" in str(spec["containers"][0].get("lifecycle", ""))
        assert sleeps == (name in {"auth-service", "query-api"}), "who serves the public goes on until proxies know"


@every_overlay
def test_a_release_takes_no_replica_away_before_another_serves(overlay: str) -> None:
    for name in SERVICES:
        spec = named(overlay, "Deployment", name)["spec"]
        assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        assert {one["topologyKey"] for one in spec["template"]["spec"]["topologySpreadConstraints"]} == {
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        }
        assert named(overlay, "PodDisruptionBudget", name)["spec"]["maxUnavailable"] == 1


def test_who_is_scaled_has_no_number_of_its_own() -> None:
    """Or each release would set it back."""
    scalers = of_kind("prod", "ScaledObject", "HorizontalPodAutoscaler")
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in scalers}
    assert scaled == {"metrics-aggregator", "query-api"}
    for name in SERVICES:
        assert ("replicas" in named("prod", "Deployment", name)["spec"]) == (name not in scaled)
    assert named("prod", "Deployment", "ingestor")["spec"]["replicas"] == 2


def test_the_aggregator_is_scaled_by_the_lag_of_its_own_group_and_topics() -> None:
    spec = named("prod", "ScaledObject", "metrics-aggregator")["spec"]
    group = AggregatorSettings.model_fields["consumer_group"].default
    assert {trigger["metadata"]["consumerGroup"] for trigger in spec["triggers"]} == {group}
    partitions = {topic.name: topic.partitions for topic in TOPICS}
    for trigger in spec["triggers"]:
        assert spec["maxReplicaCount"] <= partitions[trigger["metadata"]["topic"]]
    data = [one["data"] for one in of_kind("prod", "ConfigMap")]
    assert all("TOA_INSTANCE_ID" not in one for one in data)
    assert {trigger["metadata"]["bootstrapServers"] for trigger in spec["triggers"]} == {
        one["TOA_KAFKA_BOOTSTRAP"] for one in data if "TOA_KAFKA_BOOTSTRAP" in one
    }


def test_the_one_origin_leads_each_path_to_its_service_and_never_to_a_second_port() -> None:
    (rule,) = named("prod", "Ingress", "toa")["spec"]["rules"]
    leads = {path["path"]: path["backend"]["service"] for path in rule["http"]["paths"]}
    assert {path: service["name"] for path, service in leads.items()} == {
        "/auth": "auth-service",
        "/oauth": "auth-service",
        "/webhooks": "auth-service",
        "/": "query-api",
    }
    assert {service["port"]["name"] for service in leads.values()} == {"http"}
    urls = {one["data"]["TOA_PUBLIC_URL"] for one in of_kind("prod", "ConfigMap") if "TOA_PUBLIC_URL" in one["data"]}
    assert urls == {f"https://{rule['host']}"}


def test_a_setting_of_a_process_is_known_to_all() -> None:
    assert "TOA_LOG_LEVEL" in {f"TOA_{field.upper()}" for field in ServiceSettings.model_fields}
