"""A real Kafka that asks for an account, SASL/SCRAM-SHA-512 over TLS, and lets a user read only what they may."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from embedded import kafka_node, ports

USERS = {"admin": "for-tests-only-1", "acme": "for-tests-only-2"}
SECURED = """
listeners=PLAINTEXT://127.0.0.1:{plain},SASL_SSL://127.0.0.1:{secure},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{plain},SASL_SSL://127.0.0.1:{secure}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:admin
allow.everyone.if.no.acl.found=false
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredKafka:
    """`plain` is the operator's listener, who may do everything; partners have `secure` and the authority's file."""

    plain: str
    secure: str
    authority: Path


@contextmanager
def secured_kafka(folder: Path) -> Iterator[SecuredKafka]:
    chosen = ports.choose({"plain": 0, "secure": 0, "controller": 0})
    folder.mkdir(parents=True, exist_ok=True)
    keystore, authority = _certificate(folder)
    node = kafka_node.Node(folder=folder, port=chosen["plain"], controller_port=chosen["controller"])
    _prepare(node, SECURED.format(**chosen, keystore=keystore))
    with (folder / "kafka.log").open("wb") as log:
        process = subprocess.Popen(kafka_node.command(node), stdout=log, stderr=log)
        try:
            yield SecuredKafka(
                plain=f"127.0.0.1:{chosen['plain']}", secure=f"127.0.0.1:{chosen['secure']}", authority=authority
            )
        finally:
            process.terminate()
            process.wait(60)


def _prepare(node: kafka_node.Node, secured: str) -> None:
    """The laptop's properties with listeners that ask, and the storage formatted with the users in it."""
    template = kafka_node.TEMPLATE.read_text().replace("$port", str(node.port))
    template = template.replace("$controller_port", str(node.controller_port)).replace(
        "$log_folder", str(node.log_folder)
    )
    own = {line.split("=")[0] for line in secured.splitlines() if line}
    kept = [line for line in template.splitlines() if line.split("=")[0] not in own]
    node.properties.write_text("\n".join(kept) + secured)
    scram = [f"SCRAM-SHA-512=[name={name},password={password}]" for name, password in USERS.items()]
    arguments = [part for one in scram for part in ("--add-scram", one)]
    java, *rest = kafka_node.command(node)
    options = rest[: rest.index("kafka.Kafka")]
    line = [java, *options, "kafka.tools.StorageTool", "format", "-t", "dG9hLXRlc3RzLXNjcmFtMQ", *arguments]
    done = subprocess.run([*line, "-c", str(node.properties)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def _certificate(folder: Path) -> tuple[Path, Path]:
    """(key and certificate of a broker that signs for itself, what clients trust)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kafka of the tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    keystore, authority = folder / "broker.pem", folder / "ca.crt"
    keystore.write_bytes(secret + public)
    authority.write_bytes(public)
    return keystore, authority
