"""Schemas of the operators' kinds, written by hand: the fields that our manifests use, and no others.

The operators' own definitions are not part of this tree. Whoever has them names their folder by TOA_CRDS, and every
manifest is held to them too.
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
YES_NO: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": TEXT}
BY_NAME: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
# A part that Kubernetes itself has a schema for.
KUBERNETES: Schema = {"type": "object"}


def closed(needed: dict[str, Schema], **optional: Schema) -> Schema:
    properties = {**needed, **optional}
    return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}


def each(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


def one_of(*values: str) -> Schema:
    return {"enum": list(values)}


def kind(api: str, name: str, spec: Schema) -> tuple[tuple[str, str], Schema]:
    metadata = closed({"name": TEXT}, namespace=TEXT, labels=BY_NAME, annotations=BY_NAME)
    head = {"apiVersion": one_of(api), "kind": one_of(name), "metadata": metadata, "spec": spec}
    return (api, name), closed(head)


_RESOURCES = closed({"requests": BY_NAME}, limits=BY_NAME)
_POOL = closed(
    {
        "replicas": COUNT,
        "roles": each(one_of("broker", "controller")),
        "storage": closed({"type": one_of("persistent-claim"), "size": TEXT}, deleteClaim=YES_NO),
    },
    resources=_RESOURCES,
    template=closed({"pod": closed({}, metadata=closed({"labels": BY_NAME}), securityContext=KUBERNETES)}),
)
_LISTENER = closed(
    {"name": {"type": "string", "pattern": "^[a-z0-9]{1,11}$"}, "port": {"minimum": 9092}, "type": one_of("internal")},
    tls=YES_NO,
    authentication=closed({"type": one_of("scram-sha-512", "tls")}),
)
_KAFKA = closed(
    {
        "kafka": closed(
            {"listeners": each(_LISTENER)},
            version=TEXT,
            authorization=closed({"type": one_of("simple")}, superUsers=TEXTS),
            config={"type": "object"},
        )
    },
    entityOperator=closed({}, userOperator={"type": "object"}, topicOperator={"type": "object"}),
)
_LAG = closed(
    {"bootstrapServers": TEXT, "consumerGroup": TEXT, "topic": TEXT, "lagThreshold": TEXT},
    activationLagThreshold=TEXT,
    offsetResetPolicy=one_of("earliest", "latest"),
    excludePersistentLag=one_of("true", "false"),
)
_SCALED = closed(
    {
        "scaleTargetRef": closed({"name": TEXT}),
        "triggers": each(closed({"type": one_of("kafka"), "metadata": _LAG})),
    },
    minReplicaCount=COUNT,
    maxReplicaCount=COUNT,
    pollingInterval=COUNT,
    cooldownPeriod=COUNT,
    advanced=closed({"horizontalPodAutoscalerConfig": closed({"behavior": KUBERNETES})}),
)
_MONITOR = closed(
    {"selector": KUBERNETES, "podMetricsEndpoints": each(closed({"port": TEXT}, path=TEXT, interval=TEXT))},
    podTargetLabels=TEXTS,
)
_RULE = closed(
    {"alert": TEXT, "expr": TEXT, "labels": BY_NAME, "annotations": BY_NAME},
    **{"for": {"type": "string", "pattern": "^([0-9]+[smhd])+$"}},
)
_RULES = closed({"groups": each(closed({"name": TEXT, "rules": each(_RULE)}, interval=TEXT))})
_TEMPLATES = closed(
    {
        "podTemplates": each(closed({"name": TEXT, "spec": KUBERNETES}, metadata=closed({"labels": BY_NAME}))),
        "volumeClaimTemplates": each(closed({"name": TEXT, "spec": KUBERNETES})),
    }
)
_DEFAULTS = closed({"templates": closed({"podTemplate": TEXT, "dataVolumeClaimTemplate": TEXT})})
_CLUSTERS = each(closed({"name": TEXT, "layout": closed({"replicasCount": COUNT}, shardsCount=COUNT)}))
_CLICKHOUSE = closed(
    {
        "configuration": closed(
            {"clusters": _CLUSTERS},
            zookeeper=closed({"nodes": each(closed({"host": TEXT, "port": COUNT}))}),
            users=BY_NAME,
            profiles=BY_NAME,
        ),
        "templates": _TEMPLATES,
        "defaults": _DEFAULTS,
    }
)
_KEEPER = closed({"configuration": closed({"clusters": _CLUSTERS}), "templates": _TEMPLATES, "defaults": _DEFAULTS})

CUSTOM: dict[tuple[str, str], Schema] = dict(
    (
        kind("kafka.strimzi.io/v1", "KafkaNodePool", _POOL),
        kind("kafka.strimzi.io/v1", "Kafka", _KAFKA),
        kind("keda.sh/v1alpha1", "ScaledObject", _SCALED),
        kind("monitoring.coreos.com/v1", "PodMonitor", _MONITOR),
        kind("monitoring.coreos.com/v1", "PrometheusRule", _RULES),
        kind("clickhouse.altinity.com/v1", "ClickHouseInstallation", _CLICKHOUSE),
        kind("clickhouse-keeper.altinity.com/v1", "ClickHouseKeeperInstallation", _KEEPER),
    )
)
