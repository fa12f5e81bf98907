"""Which tests run on one worker: those that share servers, so that these are started once in a run.

And no example of a property has a deadline: how long something takes is for the benchmarks.
"""

from pathlib import Path

import pytest
from hypothesis import settings

# Fixtures that start servers for a whole session. A test belongs to the first of them that it needs.
SERVERS = ("rig", "servers", "mongo_url", "kafka_server", "platform", "laptop", "warehouse")
# They begin first: whatever is left to the end is waited for.
LONGEST = (
    "services/metrics-aggregator rig",
    "tests/integration/test_scenario.py",
    "tests/faults/test_system.py",
    "tests/integration/test_end_to_end.py",
    "services/metrics-aggregator warehouse",
    "tests/browser/test_page.py",
    "services/query-api platform",
)


def pytest_configure() -> None:
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")


# Before xdist, which reads the groups in its own.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    groups = {item: _group(item, config.rootpath) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: LONGEST.index(groups[item]) if groups[item] in LONGEST else len(LONGEST))


def _group(item: pytest.Item, root: Path) -> str:
    """The part of the project and the server; the file where no server is needed."""
    path = item.path.relative_to(root)
    part = Path(*path.parts[: 1 if path.parts[0] == "tests" else 2])
    needed = item.fixturenames if isinstance(item, pytest.Function) else ()
    return next((f"{part} {name}" for name in SERVERS if name in needed), str(path))
