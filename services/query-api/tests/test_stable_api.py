"""Whatever query-api asks of its database, a real MongoDB answers alike: it is all of the Stable API, version 1."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from embedded.testing.recorder import Recorder, recorded
from embedded.testing.stable_api import violations

from .system import Api, Platform, Tenant


@pytest.fixture(scope="module")
def recorder(platform: Platform) -> Iterator[Recorder]:
    """In a loop of its own, because tests of this service block theirs."""
    loop, began, end = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    made: list[Recorder] = []

    async def run() -> None:
        async with recorded(platform.mongo) as between:
            made.append(between)
            began.set()
            await end.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert began.wait(60)
    yield made[0]
    loop.call_soon_threadsafe(end.set)
    thread.join()


def test_accounts_keys_and_widgets(platform: Platform, recorder: Recorder, new_api: Callable[..., Api]) -> None:
    # Another database's process in the rules' consumer group would take partitions from the others.
    apart = {"TOA_MONGO_DATABASE": "query_recorded", "TOA_LABEL_RULES": "false"}
    api = new_api({"TOA_MONGO_URL": recorder.url, **apart})
    tenant = Tenant(platform=platform, url=api.url)
    tenant.publish_key()
    account_id = tenant.connect()
    tenant.until_accounts(1)
    assert str(account_id) in tenant.get("/v1/accounts").text
    assert tenant.get("/v1/widgets/followers", **{"from": "2026-03-01", "to": "2026-03-02"}).status_code == 200
    assert violations(recorder.commands) == []
    assert "find" in recorder.names
