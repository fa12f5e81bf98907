"""The life of the process: claim the data folder, open the store, serve, and leave a compact file behind."""

import argparse
import asyncio
import gc
from contextlib import closing
from functools import partial
from pathlib import Path

from common.runtime import logs, process
from embedded import data_folder, jars, ports
from embedded.mongo import upkeep
from embedded.mongo.front import Front
from embedded.mongo.store import Store

# SIGTERM to the end of the process should take less than 2 s.
LAST_COMPACTION_SECONDS = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded.mongo", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    logs.configure_logs("mongo")
    data_folder.claim(arguments.data, part="mongo")
    ports.require_free(arguments.port, part="mongo")
    store = Store.open(arguments.data.resolve() / "store.mv", class_path=jars.paths("mongo"))
    # JPype has Python collect garbage whenever Java does, which is often: it need not look at what lives for ever.
    gc.freeze()
    with closing(store):
        process.run(partial(_serve, store, arguments.port))


async def _serve(store: Store, port: int, stop: asyncio.Event) -> None:
    front = Front(store)
    async with front.listening(port):
        await process.until_stopped(partial(_work, front, store), stop)
    async with front.turns.alone():
        store.compact(seconds=LAST_COMPACTION_SECONDS)
        store.commit()


async def _work(front: Front, store: Store) -> None:
    # Not a TaskGroup: the error goes on as it is, and all ends with it.
    await asyncio.gather(upkeep.compact_when_idle(front, store), front.until_broken())
