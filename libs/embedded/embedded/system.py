"""A whole laptop system on one folder: ports chosen, parts supervised, the sample connected, `ready.json` written."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from common.runtime.clock import FileClock, set_clock
from embedded import data_folder, ports, sample
from embedded.home import Home, write_json
from embedded.keys import Keys
from embedded.parts import USUAL_PORTS, Addresses, system_parts
from embedded.supervisor import Supervisor

# What the sample must show before the system calls itself ready.
SAMPLE_DAYS, SAMPLE_POSTS = 58, 200

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`usual_ports` off: only free ports. `now`: where a new domain clock starts. `accounts`: how many to connect."""

    usual_ports: bool = True
    now: datetime | None = None
    accounts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A running system."""

    home: Home
    addresses: Addresses
    supervisor: Supervisor
    workspace: sample.Workspace


@asynccontextmanager
async def running(home: Home, say: Say, options: Options) -> AsyncIterator[System]:
    """Start everything, yield when it is ready, stop everything at the end, whatever the end is."""
    data_folder.claim(home.folder, part="the system")
    # A killed one could not take its word back.
    home.ready.unlink(missing_ok=True)
    if not home.clock.exists():
        set_clock(home.clock, now=options.now)
    addresses = Addresses(ports=_ports(options))
    supervisor = Supervisor(
        home, system_parts(home, addresses), say=say, changed=lambda: _write_state(home, supervisor.pids)
    )
    try:
        _write_state(home, {})
        await supervisor.start()
        workspace = await _sample(home, addresses, options)
        write_json(home.ready, _ready(addresses, workspace))
        yield System(home=home, addresses=addresses, supervisor=supervisor, workspace=workspace)
    finally:
        home.ready.unlink(missing_ok=True)
        # A second Ctrl-C must not leave parts behind.
        await asyncio.shield(supervisor.stop())
        home.state.unlink(missing_ok=True)


def _ports(options: Options) -> dict[str, int]:
    usual = USUAL_PORTS if options.usual_ports else dict.fromkeys(USUAL_PORTS, 0)
    return ports.choose(usual)


async def _sample(home: Home, addresses: Addresses, options: Options) -> sample.Workspace:
    environment = {"TOA_MONGO_URL": addresses.mongo, "TOA_KAFKA_BOOTSTRAP": addresses.kafka}
    web = addresses.url("front")
    workspace = await sample.create_workspace(environment, Keys(home.keys), web)
    await sample.connect_accounts(web, addresses.url("sandbox"), workspace, most=options.accounts)
    today = FileClock(home.clock).now().date()
    await sample.wait_until_collected(web, workspace, today=today, days=SAMPLE_DAYS, posts=SAMPLE_POSTS)
    return workspace


def _write_state(home: Home, pids: Mapping[str, int]) -> None:
    write_json(home.state, {"supervisor": os.getpid(), "pids": dict(pids)})


def _ready(addresses: Addresses, workspace: sample.Workspace) -> dict[str, object]:
    second = {name.removesuffix(".health"): addresses.url(name) for name in addresses.ports if name.endswith(".health")}
    return {
        "web": addresses.url("front"),
        "query_api": addresses.url("query-api"),
        "auth_service": addresses.url("auth-service"),
        "sandbox": addresses.url("sandbox"),
        "mailbox": addresses.url("mailbox"),
        "health": second,
        "kafka": addresses.kafka,
        "mongo": addresses.mongo,
        "clickhouse": addresses.clickhouse,
        "email": workspace.email,
        "password": workspace.password,
        "api_key": workspace.api_key,
        "workspace_id": workspace.workspace_id,
    }
