"""The rules of faults in a small file, so that a restart in the middle of a storm does not end the storm."""

import os
from pathlib import Path

from sandbox.domain.faults import Rule, Rules


class RuleFile:
    """Replaced as a whole, atomically; read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rules = Rules.model_validate_json(path.read_bytes()).rules if path.exists() else ()

    def rules(self) -> tuple[Rule, ...]:
        return self._rules

    def replace(self, rules: tuple[Rule, ...]) -> None:
        new = self._path.with_suffix(".new")
        new.write_text(Rules(rules=rules).model_dump_json())
        os.replace(new, self._path)
        self._rules = rules
