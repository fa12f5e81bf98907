"""Kill -9 between every two steps of marking a post, relaying and erasing, on the real database and the real Kafka: no
event is lost, none overtakes another, and after the tombstone comes nothing."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from pymongo import MongoClient

from .label_steps import told
from .system import Platform

Told = list[tuple[str, Mapping[str, Any] | None]]
# What the tombstone counts as, behind the three revisions before it.
TOMBSTONE = 4


def test_no_kill_loses_what_was_written_or_tells_anything_behind_a_tombstone(platform: Platform) -> None:
    database, workspace = f"kills_{uuid4().hex}", str(uuid4())
    place = {"mongo": platform.mongo, "database": database, "kafka": platform.kafka, "workspace": workspace}
    *killed, last = _run(place)
    assert len(killed) >= 30, "before and after each of 5 writes, and in 3 sweeps each look, sending and removal"
    heard = {account: _revisions(told(platform, "tiktok.post-labels.v1", account)) for account in (*killed, last)}
    assert heard[last] == [1, 2, 3, TOMBSTONE], "nobody killed it, so nothing is told twice"
    with MongoClient[dict[str, Any]](platform.mongo) as client:
        for account in killed:
            written = client[database]["post_labels"].find_one({"account_id": account})
            first = list(dict.fromkeys(heard[account]))
            assert first == list(range(1, len(first) + 1)), "told in order, and none is missing"
            behind = heard[account][heard[account].index(TOMBSTONE) :] if TOMBSTONE in first else []
            assert set(behind) <= {TOMBSTONE}, "nothing comes behind the tombstone but itself again"
            if written:
                assert (written["revision"], written["outbox"]) == (first[-1], [])
            else:
                assert first[-1:] in ([], [TOMBSTONE])
    assert {max(one, default=0) for one in heard.values()} == {0, 1, 2, 3, TOMBSTONE}, "killed at every stage"


def _run(place: dict[str, str]) -> list[str]:
    line = [sys.executable, str(Path(__file__).with_name("killed.py")), json.dumps(place)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def _revisions(heard: Told) -> list[int]:
    return [TOMBSTONE if value is None else int(value["revision"]) for _, value in heard]
