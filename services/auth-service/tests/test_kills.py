"""Kill -9 between every two steps of writing and relaying, on the real database and the real Kafka: no event is lost,
none is told before its write, and an account's are told in order."""

import asyncio
import json
import subprocess
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

from auth_service.bootstrap import Stores
from common.bus.follow import follow
from common.events import AccountV1, decode
from common.events.topics import ACCOUNTS

Told = dict[UUID, list[int]]


async def test_no_kill_loses_an_event_or_tells_one_that_was_not_written(
    stores: Stores, mongo_url: str, database_name: str, kafka: str, key_ring_file: Path
) -> None:
    workspace = uuid4()
    place = {
        "mongo": mongo_url,
        "database": database_name,
        "kafka": kafka,
        "ring": str(key_ring_file),
        "workspace": str(workspace),
    }
    *killed, last = await asyncio.to_thread(_run, place)
    assert len(killed) >= 26, "before and after each of 4 writes, and in 3 sweeps each look, sending and removal"
    told = await _told(kafka, workspace)
    for account_id in killed:
        found = await stores.connections.get(account_id)
        written = found.revision if found else 0
        assert _first_heard(told[account_id]) == list(range(1, written + 1))
        assert _in_order(told[account_id])
    assert told[last] == [1, 2, 3, 4], "nobody killed it, so nothing is told twice"
    assert await stores.connections.outbox.unsent() == []
    assert {len(_first_heard(told[one])) for one in killed} == {0, 1, 2, 3, 4}, "killed at every stage"


def _run(place: dict[str, str]) -> list[UUID]:
    program = Path(__file__).with_name("killed.py")
    line = [sys.executable, str(program), json.dumps(place)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [UUID(one) for one in json.loads(done.stdout)]


async def _told(kafka: str, workspace: UUID) -> Told:
    """The revisions of each account of the workspace, as they stand in the topic."""
    told: Told = defaultdict(list)

    async def handle(record: object) -> None:
        event = decode(AccountV1, getattr(record, "value", None))
        if event.workspace_id == workspace:
            told[event.account_id].append(event.revision)

    caught_up = asyncio.Event()
    following = asyncio.create_task(follow(ACCOUNTS.name, bootstrap=kafka, handle=handle, caught_up=caught_up))
    await caught_up.wait()
    following.cancel()
    return told


def _first_heard(revisions: list[int]) -> list[int]:
    return list(dict.fromkeys(revisions))


def _in_order(revisions: list[int]) -> bool:
    """Told again it may be, from an earlier one on, but none is left out on the way."""
    return all(later <= earlier + 1 for earlier, later in pairwise(revisions))
