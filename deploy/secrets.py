"""`python -m deploy.secrets`: new secrets for a deployment that has its stores inside, as Kubernetes manifests or, with
`--compose FOLDER`, as files. Asked again with the same `--keys` folder it gives the same ones.

A production deployment brings its own (deploy/k8s/overlays/prod/secrets.example.yaml names them).
"""

import argparse
import json
import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from embedded.keys import Keys
from embedded.parts import CALLERS, SANDBOX_APP

Contents = Mapping[str, Mapping[str, str]]


def secrets(keys: Keys) -> Contents:
    """{name of the secret: {key: value}}, for stores at the names `mongo` and `clickhouse`."""
    mongo, clickhouse = (keys.secret(f"{store}-password").read_text() for store in ("mongo", "clickhouse"))
    mongo_url = {"TOA_MONGO_URL": f"mongodb://toa:{mongo}@mongo:27017/?authSource=admin"}
    clickhouse_url = {"TOA_CLICKHOUSE_URL": f"http://toa:{clickhouse}@clickhouse:8123"}
    callers = {name: keys.service_public_key(name) for name in CALLERS}
    app_secret = {"TOA_TIKTOK_APP_SECRET": SANDBOX_APP["TOA_TIKTOK_APP_SECRET"]}
    return {
        "stores": {"mongo-password": mongo, "clickhouse-password": clickhouse},
        "auth-service": {**mongo_url, **app_secret, "TOA_SERVICE_PUBLIC_KEYS": json.dumps(callers)},
        "auth-service-keys": {
            "session.pem": keys.session_key().read_text(),
            "token-keys.json": keys.token_keys().read_text(),
        },
        "ingestor": mongo_url,
        "metrics-aggregator": clickhouse_url,
        "query-api": {**mongo_url, **clickhouse_url},
        **{f"{name}-keys": {"service.pem": keys.service_key(name).read_text()} for name in CALLERS},
    }


def manifests(contents: Contents, namespace: str) -> list[dict[str, Any]]:
    """A Secret for each."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
            "data": {key: b64encode(value.encode()).decode() for key, value in values.items()},
        }
        for name, values in contents.items()
    ]


def write(contents: Contents, folder: Path) -> None:
    """Settings as `<secret>.env`, files of a `-keys` secret in a folder of its name."""
    # Others of this machine are kept out by the folder; who runs in a container has another id than we and must read.
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, values in contents.items():
        if name.endswith("-keys"):
            for key, value in values.items():
                (folder / name).mkdir(exist_ok=True, mode=0o755)
                (folder / name / key).write_text(value)
        else:
            lines = "".join(f"{_variable(key)}='{value}'\n" for key, value in values.items())
            (folder / f"{name}.env").write_text(lines)


def _variable(key: str) -> str:
    """Passwords of stores are asked for by the variables that the stores' images read."""
    given = {"mongo-password": "MONGO_INITDB_ROOT_PASSWORD", "clickhouse-password": "CLICKHOUSE_PASSWORD"}
    return given.get(key, key)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.secrets", description=__doc__)
    parser.add_argument("--keys", type=Path, default=Path(".data/deploy/keys"), help="where they are kept")
    parser.add_argument("--namespace", default="toa")
    parser.add_argument("--compose", type=Path, metavar="FOLDER")
    asked = parser.parse_args()
    contents = secrets(Keys(asked.keys))
    if asked.compose:
        write(contents, asked.compose)
    else:
        sys.stdout.write(yaml.safe_dump_all(manifests(contents, asked.namespace)))


if __name__ == "__main__":
    main()
