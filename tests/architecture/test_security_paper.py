"""The security paper's list is held by tests that exist."""

import re

from .tree import ROOT, tracked

PAPER = ROOT / "docs" / "operations" / "security.md"
ITEM = re.compile(r"^\| (V\d+\.\d+\.\d+) \| .+ \| (`test_\w+`(?:, `test_\w+`)*) \|$", re.MULTILINE)
LEAST_ITEMS = 40


def test_each_item_of_the_list_names_tests_that_exist() -> None:
    written = {
        name
        for path in tracked("*.py")
        if path.name.startswith("test_")
        for name in re.findall(r"^\s*(?:async )?def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }
    items = ITEM.findall(PAPER.read_text())
    assert len({number for number, _ in items}) == len(items) >= LEAST_ITEMS
    assert len(items) == PAPER.read_text().count("\n| V"), "each row has the form of the others"
    missing = {f"{number} {name}" for number, names in items for name in re.findall(r"test_\w+", names)}
    assert {entry for entry in missing if entry.split()[1] not in written} == set()
