"""The files of this tree, and copies of it whose own code runs."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked(*patterns: str) -> list[Path]:
    listed = _git(ROOT, "ls-files", "-co", "--exclude-standard", *patterns)
    return [path for name in listed.splitlines() if (path := ROOT / name).is_file()]


@dataclass(frozen=True, slots=True)
class Copy:
    """A tree of its own, with what it began with in its index."""

    folder: Path

    def python(self, *arguments: str, given: str = "", **environment: str) -> str:
        """What the interpreter of this process writes, with the copy's packages before those installed."""
        packages = sorted(path for kind in ("libs", "services") for path in (self.folder / kind).iterdir())
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**_environment(), "PYTHONPATH": os.pathsep.join(map(str, packages)), **environment},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def append(self, row: str, *, to: str) -> None:
        """As the last row of the table that a module ends with."""
        path = self.folder / to
        text = path.read_text()
        assert text.endswith("\n)\n")
        path.write_text(text.removesuffix(")\n") + row + ")\n")

    def insert(self, row: str, *, before: str, to: str) -> None:
        path = self.folder / to
        text = path.read_text()
        assert text.count(before) == 1
        path.write_text(text.replace(before, row + before))

    def changed(self) -> set[str]:
        """Files that are not as they were, new ones too."""
        return set(_git(self.folder, "ls-files", "--modified", "--deleted", "--others", "--exclude-standard").split())

    def added_lines(self, name: str) -> list[str]:
        """Of a file from which nothing was taken."""
        changes = [line for line in _git(self.folder, "diff", "--unified=0", name).splitlines()[4:] if line[0] in "+-"]
        assert all(line.startswith("+") for line in changes)
        return [line.removeprefix("+") for line in changes]


def copy_tree(folder: Path) -> Copy:
    for path in tracked():
        to = folder / path.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(path.read_bytes())
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all")
    return Copy(folder)


def _environment() -> Mapping[str, str]:
    """Without what tells of this test run, of a running system, or of the commit that a hook is part of."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TOA_", "GIT_"))}


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=_environment(), capture_output=True, text=True, check=True
    )
    return done.stdout
