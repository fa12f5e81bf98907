"""Who may talk to whom: the network policies of each overlay, evaluated as a network plug-in would, against a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from .manifests import OVERLAYS, Manifest, of_kind, pods

# Every port that anything of ours listens on.
PORTS = (25, 443, 465, 587, 2181, 8080, 8123, 9000, 9090, 9092, 9094, 27017)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody at an end of a connection: a pod of our namespace, one of another, or an address outside."""

    labels: tuple[tuple[str, str], ...] = ()
    namespace: str | None = "toa"
    address: str = "10.1.2.3"


INGRESS = Party(namespace="ingress-nginx", labels=(("app.kubernetes.io/name", "ingress-nginx"),))
MONITORING = Party(namespace="monitoring")
STRANGER = Party(namespace="default", labels=(("app.kubernetes.io/name", "ingestor"),))
TIKTOK = Party(namespace=None, address="203.0.113.7")
METADATA = Party(namespace=None, address="169.254.169.254")
NEIGHBOUR = Party(labels=(("app.kubernetes.io/name", "something-else"),))
OUTSIDERS = {
    "ingress": INGRESS,
    "monitoring": MONITORING,
    "stranger": STRANGER,
    "tiktok": TIKTOK,
    "metadata": METADATA,
    "neighbour": NEIGHBOUR,
}

SERVING = ("auth-service", "ingestor", "metrics-aggregator", "query-api")
# The arrows of the architecture, and nothing else.
NEEDED = {
    ("ingress", "auth-service", 8080),
    ("ingress", "query-api", 8080),
    ("query-api", "auth-service", 8080),
    ("query-api", "auth-service", 9090),
    ("ingestor", "auth-service", 9090),
    *(("monitoring", name, 9090) for name in SERVING),
    *((name, "kafka", 9092) for name in (*SERVING, "topics")),
    *((name, "mongo", 27017) for name in ("auth-service", "ingestor", "query-api")),
    *((name, "clickhouse", 8123) for name in ("metrics-aggregator", "query-api", "migrate")),
    ("auth-service", "tiktok", 443),
    ("ingestor", "tiktok", 443),
    # A mail server, wherever it is.
    ("auth-service", "tiktok", 465),
    ("auth-service", "tiktok", 587),
}
FURTHER = {
    "dev": {("auth-service", "sandbox", 8080), ("ingestor", "sandbox", 8080)},
    # Replicas and keepers among themselves.
    "prod": {
        ("clickhouse", "clickhouse", 8123),
        ("clickhouse", "clickhouse", 9000),
        ("clickhouse", "keeper", 2181),
        ("kafka", "kafka", 9090),
    },
}


def _parties(overlay: str) -> dict[str, Party]:
    found = {}
    for _, labels, _ in pods(overlay):
        name = labels.get("app.kubernetes.io/name") or labels["toa/store"]
        found[name] = Party(labels=tuple(labels.items()))
    if overlay == "prod":
        found["kafka"] = Party(labels=(("toa/store", "kafka"), ("strimzi.io/cluster", "toa")))
        # Outside of the namespace, where mongo.yaml says.
        found["mongo"] = Party(namespace=None, address="10.9.8.7")
    return found


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_is_needed_may_pass_and_nothing_else(overlay: str) -> None:
    inside, policies = _parties(overlay), of_kind(overlay, "NetworkPolicy")
    parties = {**inside, **OUTSIDERS}
    passing = {
        (near, far, port)
        for near in parties
        for far in parties
        for port in PORTS
        if "toa" in (parties[near].namespace, parties[far].namespace)
        and _passes(policies, parties[near], parties[far], port)
    }
    assert passing == NEEDED | FURTHER[overlay]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everybody_may_ask_for_names_and_only_the_clusters_own_servers(overlay: str) -> None:
    policies = of_kind(overlay, "NetworkPolicy")
    names = Party(namespace="kube-system")
    for party in _parties(overlay).values():
        if party.namespace:
            assert _passes(policies, party, names, 53, protocol="UDP")
            assert not _passes(policies, party, TIKTOK, 53, protocol="UDP")


def _passes(policies: list[Manifest], near: Party, far: Party, port: int, protocol: str = "TCP") -> bool:
    return all(
        _allowed(policies, side, own, other, port, protocol)
        for side, own, other in (("Egress", near, far), ("Ingress", far, near))
    )


def _allowed(policies: list[Manifest], side: str, own: Party, other: Party, port: int, protocol: str) -> bool:
    """A pod that no policy of this side chooses may do anything; one that some choose, what any of them allows."""
    chosen = [one["spec"] for one in policies if side in one["spec"]["policyTypes"] and _chooses(one["spec"], own)]
    if not chosen:
        return True
    return any(
        _rule_allows(rule, side, other, port, protocol) for spec in chosen for rule in spec.get(side.lower(), ())
    )


def _chooses(spec: Manifest, party: Party) -> bool:
    return party.namespace == "toa" and _matches(spec["podSelector"], dict(party.labels))


def _rule_allows(rule: Manifest, side: str, other: Party, port: int, protocol: str) -> bool:
    ports = {(one["port"], one["protocol"]) for one in rule["ports"]}
    return (port, protocol) in ports and any(
        _is_peer(peer, other) for peer in rule["from" if side == "Ingress" else "to"]
    )


def _is_peer(peer: Mapping[str, Any], party: Party) -> bool:
    assert peer.keys() <= {"ipBlock", "namespaceSelector", "podSelector"}
    if block := peer.get("ipBlock"):
        address = ip_address(party.address)
        inside = address in ip_network(block["cidr"])
        # Pods are known by their labels, not by addresses; a block is for what is outside.
        return (
            party.namespace is None
            and inside
            and not any(address in ip_network(one) for one in block.get("except", ()))
        )
    if party.namespace is None:
        return False
    if "namespaceSelector" in peer:
        in_namespace = _matches(peer["namespaceSelector"], {"kubernetes.io/metadata.name": party.namespace})
    else:
        in_namespace = party.namespace == "toa"
    return in_namespace and _matches(peer.get("podSelector", {}), dict(party.labels))


def _matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    assert selector.keys() <= {"matchLabels", "matchExpressions"}
    return selector.get("matchLabels", {}).items() <= labels.items() and all(_expressed(selector, labels))


def _expressed(selector: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[bool]:
    for one in selector.get("matchExpressions", ()):
        assert one["operator"] == "In"
        yield labels.get(one["key"]) in one["values"]
