"""`python -m deploy.smoke kubernetes|compose`: the main job on the images. An account is connected through the
sandbox's consent page, collected, and its numbers are read back.

On Kubernetes the dev overlay is deployed first, to the cluster of KUBECONFIG, which must find the images. With compose
the system must be up (`make up`).
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from deploy import rollout, secrets
from embedded import ports, readiness, sample
from embedded.keys import Keys
from embedded.ports import HOST

OVERLAY = "deploy/k8s/overlays/dev"
NAMESPACE = "toa"
KEYS = Path(".data/deploy/keys")
# The addresses by which people come, here and in compose.yaml; MongoDB's is for making the workspace.
WEB, SANDBOX, MONGO = 8080, 8083, 27018
DAYS, POSTS = 58, 50
WAIT_SECONDS = 600.0


def why_no_kubernetes() -> str | None:
    """What is missing for it, in words for a person."""
    if not os.environ.get("KUBECONFIG"):
        return "no cluster was given: set KUBECONFIG to the file of one that may be used for tests"
    return None if shutil.which("kubectl") else "kubectl is not on the PATH"


def why_no_compose() -> str | None:
    """What is missing for it, in words for a person."""
    if shutil.which("docker") is None:
        return "docker is not on the PATH"
    for question, lack in (
        (("docker", "info"), "no Docker engine answers"),
        (("docker", "compose", "version"), "docker has no compose"),
    ):
        if subprocess.run(question, capture_output=True, check=False).returncode:  # noqa: S603 - every word is ours
            return lack
    return None


async def main_job(keys: Keys) -> None:
    """Do it at the addresses above."""
    web, sandbox = f"http://{HOST}:{WEB}", f"http://{HOST}:{SANDBOX}"
    password = keys.secret("mongo-password").read_text()
    mongo = f"mongodb://toa:{password}@{HOST}:{MONGO}/?authSource=admin&directConnection=true"
    await readiness.http(f"{web}/auth/v1/jwks.json", WAIT_SECONDS)
    workspace = await sample.create_workspace({"TOA_MONGO_URL": mongo}, keys, web)
    await sample.connect_accounts(web, sandbox, workspace, most=1)
    await sample.wait_until_collected(web, workspace, today=datetime.now(UTC).date(), days=DAYS, posts=POSTS)


async def _on_kubernetes(keys: Keys) -> None:
    manifests = rollout.render(OVERLAY)
    # Pods of stores wait for their secrets, and a secret for its namespace.
    namespace = [one for one in manifests if one["kind"] == "Namespace"]
    given = secrets.manifests(secrets.secrets(keys), NAMESPACE)
    rollout.kubectl("apply", "--filename", "-", given=[*namespace, *given])
    rollout.release(manifests, rollout.kubectl)
    async with AsyncExitStack() as opened:
        near = ports.choose({"auth-service": 0, "query-api": 0, "health": 0})
        pairs = {"auth-service": near["auth-service"], "query-api": near["query-api"], "sandbox": SANDBOX}
        for name, port in pairs.items():
            await opened.enter_async_context(_forwarded(name, f"{port}:8080"))
        await opened.enter_async_context(_forwarded("mongo", f"{MONGO}:27017"))
        await opened.enter_async_context(_front(near))
        await main_job(keys)


@asynccontextmanager
async def _process(*command: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _forwarded(service: str, pair: str) -> AbstractAsyncContextManager[None]:
    return _process("kubectl", f"--namespace={NAMESPACE}", "port-forward", f"service/{service}", pair)


def _front(near: Mapping[str, int]) -> AbstractAsyncContextManager[None]:
    """The one origin, as the Ingress would be."""
    to = {"/auth/": "auth-service", "/oauth/": "auth-service", "/webhooks/": "auth-service", "/": "query-api"}
    routes = [word for prefix, name in to.items() for word in ("--route", f"{prefix}=http://{HOST}:{near[name]}")]
    listening = ("--port", str(WEB), "--health-port", str(near["health"]))
    return _process(sys.executable, "-m", "embedded.front", *listening, *routes)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.smoke", description=__doc__)
    parser.add_argument("where", choices=("kubernetes", "compose"))
    where = parser.parse_args().where
    lacking, job = (why_no_kubernetes, _on_kubernetes) if where == "kubernetes" else (why_no_compose, main_job)
    if reason := lacking():
        sys.exit(f"error: the main job on {where} cannot run: {reason}")
    asyncio.run(job(Keys(KEYS)))
    sys.stdout.write(f"ok: connected, collected and read back on {where}\n")


if __name__ == "__main__":
    main()
