"""The ways to break SQL are ways to break ours."""

import re
from pathlib import Path

from metrics_aggregator.rollups import ROLLUPS

from .mutants import BREAKS, mutants


def test_every_rollup_is_broken() -> None:
    soaks = {path.stem for path in Path(__file__).parent.glob("soak_*.py")}
    assert soaks >= {f"soak_{rollup}" for rollup in ROLLUPS}


def test_what_is_to_be_broken_stands_in_some_rollup() -> None:
    templates = [rollup.template() for rollup in ROLLUPS.values()]
    assert [
        pattern for pattern, _ in BREAKS if not any(re.search(pattern, one, re.MULTILINE) for one in templates)
    ] == []


def test_each_place_is_broken_for_itself() -> None:
    template = "SELECT if(a < b, (1, 2), c)\n-- less < more\nFROM t FINAL\n"
    assert {broken for _, broken in mutants(template)} >= {
        "SELECT if(a <= b, (1, 2), c)\n-- less < more\nFROM t FINAL\n",
        "SELECT (1, 2)\n-- less < more\nFROM t FINAL\n",
        "SELECT c\n-- less < more\nFROM t FINAL\n",
        "SELECT if(a < b, (1, 2), c)\n-- less < more\nFROM t\n",
        "SELECT if(a < b, (1, 2), c)\n-- less < more\n",
    }
    assert all("-- less < more" in broken for _, broken in mutants(template))
