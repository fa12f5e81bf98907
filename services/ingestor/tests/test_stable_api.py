"""Whatever the ingestor asks of its database, a real MongoDB answers alike: it is all of the Stable API, version 1."""

from dataclasses import replace
from pathlib import Path

from common.events import CollectionState
from embedded.testing.recorder import recorded
from embedded.testing.stable_api import violations

from .laptop import Laptop
from .replicas import stage


async def test_a_whole_collection(laptop: Laptop, tmp_path: Path) -> None:
    async with recorded(laptop.mongo) as recorder, stage(replace(laptop, mongo=recorder.url), tmp_path) as scene:
        await scene.replica()
        told = await scene.connect((await laptop.open_ids())[2])
        await scene.until(told, CollectionState.SYNCED)
        assert violations(recorder.commands) == []
        assert {"find", "insert", "update"} <= set(recorder.names)
